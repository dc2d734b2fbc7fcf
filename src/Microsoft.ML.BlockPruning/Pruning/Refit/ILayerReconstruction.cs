using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>Changes a whole encoder layer after its matrices have been fitted one by one.</summary>
internal interface ILayerReconstruction
{
    /// <summary>Steps that <see cref="Run"/> reports; 0 where there are too few images, and then it is not to be called.</summary>
    int StepsPerLayer { get; }

    /// <summary>The token weights that the matrices are to be fitted with: per layer and row group, [images · tokens].</summary>
    IReadOnlyList<IReadOnlyList<float[]>> FittingWeights();

    /// <summary>Changes one encoder layer.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="dense">The dense network.</param>
    /// <param name="pruned">The layer, fitted; changed in place.</param>
    /// <param name="inputs">In batches, [images, tokens, embedDim]: the pruned network's residual stream before the layer.</param>
    /// <param name="targets">The dense network's after it.</param>
    /// <param name="onStep">Called after each step; it may throw to cancel.</param>
    /// <returns>Whether it helped; if not, the layer is what it was.</returns>
    bool Run(
        int index, TorchNetwork dense, TorchEncoderLayer pruned, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> targets,
        Action onStep);
}
