using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit.Reconstruction;

/// <summary>
/// KL(dense ‖ pruned) of the class probabilities, nats per image: for the last layer, whose outputs only the head reads.
/// </summary>
internal sealed class LogitLoss : IReconstructionLoss
{
    private readonly TorchNetwork _dense;
    private readonly Tensor _logits;

    /// <summary>Its tensors belong to the open dispose scope.</summary>
    /// <param name="dense">Its norm and head, which pruning leaves alone, read the streams.</param>
    /// <param name="targets">[images, tokens, features]: its residual stream after the last layer.</param>
    /// <param name="batchSize">Images read at once.</param>
    public LogitLoss(TorchNetwork dense, Tensor targets, int batchSize)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        _dense = dense;
        _logits = cat([.. targets.split(batchSize).Select(dense.Classify)]).MoveToOuterDisposeScope();
    }

    public Tensor Of(Tensor output, Tensor images)
    {
        using var scope = NewDisposeScope();
        return DistillationLoss.Divergence(_dense.Classify(output), _logits.index_select(0, images), temperature: 1)
            .MoveToOuterDisposeScope();
    }
}
