using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit.Reconstruction;

/// <summary>mean ½ (1 + e_t) (s − t)² / var t over tokens and features of the residual streams s, pruned, and t, dense.</summary>
/// <remarks>
/// e_t: the energy of the loss gradient at the token, mean one. Half of the weight stays on all tokens alike: by e_t alone, tokens that
/// matter only through layers to come would be let go.
/// </remarks>
internal sealed class StreamLoss : IReconstructionLoss
{
    private readonly Tensor _targets;
    private readonly Tensor _weights;

    /// <summary>Its tensors belong to the open dispose scope.</summary>
    /// <param name="targets">[images, tokens, features]: the dense network's stream after the layer.</param>
    /// <param name="energies">[images · tokens], mean one.</param>
    public StreamLoss(Tensor targets, Tensor energies)
    {
        using var scope = NewDisposeScope();
        _targets = targets;
        var both = energies.reshape(targets.shape[0], targets.shape[1], 1).Plus(TorchDevice.Put(ones([])));
        _weights = both.Times(0.5 / targets.Variance()).MoveToOuterDisposeScope();
    }

    public Tensor Of(Tensor output, Tensor images)
    {
        using var scope = NewDisposeScope();
        var error = output.sub(_targets.index_select(0, images));
        return error.mul(error).mul(_weights.index_select(0, images)).mean().MoveToOuterDisposeScope();
    }
}
