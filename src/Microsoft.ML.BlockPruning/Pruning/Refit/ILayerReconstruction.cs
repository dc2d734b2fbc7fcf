using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>Changes a step of a layer, such as its attention or its MLP, after its matrices have been fitted one by one.</summary>
internal interface ILayerReconstruction
{
    /// <summary>Whether there are enough images; if not, nothing else is to be called.</summary>
    bool IsPossible { get; }

    /// <summary>The optimizer's steps that <see cref="Run"/> reports.</summary>
    /// <param name="part">A layer of one step.</param>
    WorkSchedule WorkOf(LayerSpec part);

    /// <summary>The token weights that the matrices are to be fitted with: per layer and row group, [images · tokens].</summary>
    IReadOnlyList<IReadOnlyList<float[]>> FittingWeights();

    /// <summary>Changes one step of a layer.</summary>
    /// <param name="index">Its position among all steps of the network.</param>
    /// <param name="dense">The dense network.</param>
    /// <param name="part">The step, fitted, as a layer of its own; changed in place.</param>
    /// <param name="inputs">The pruned network's residual streams before the step.</param>
    /// <param name="targets">The dense network's after it.</param>
    /// <param name="onStep">Called after each of the optimizer's steps; it may throw to cancel.</param>
    /// <returns>Whether it helped; if not, the step is what it was.</returns>
    bool Run(
        int index, TorchNetwork dense, TorchLayer part, CalibrationStreams inputs, CalibrationStreams targets, Action onStep);
}
