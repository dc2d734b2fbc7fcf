using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>Changes a whole layer after its matrices have been fitted one by one.</summary>
internal interface ILayerReconstruction
{
    /// <summary>Whether there are enough images; if not, nothing else is to be called.</summary>
    bool IsPossible { get; }

    /// <summary>The steps that <see cref="Run"/> reports for a layer.</summary>
    WorkSchedule WorkOf(LayerSpec layer);

    /// <summary>The token weights that the matrices are to be fitted with: per layer and row group, [images · tokens].</summary>
    IReadOnlyList<IReadOnlyList<float[]>> FittingWeights();

    /// <summary>Changes one layer.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="dense">The dense network.</param>
    /// <param name="pruned">The layer, fitted; changed in place.</param>
    /// <param name="inputs">In batches, [images, tokens, features]: the pruned network's residual stream before the layer.</param>
    /// <param name="targets">The dense network's after it.</param>
    /// <param name="onStep">Called after each step; it may throw to cancel.</param>
    /// <returns>Whether it helped; if not, the layer is what it was.</returns>
    bool Run(
        int index, TorchNetwork dense, TorchLayer pruned, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> targets, Action onStep);
}
