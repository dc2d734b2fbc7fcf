using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning;

/// <summary>A reconstruction that shifts both halves of the first encoder layer, and leaves the others alone.</summary>
/// <param name="weights">What to fit with.</param>
internal sealed class ShiftOfTheFirstLayer(IReadOnlyList<IReadOnlyList<float[]>> weights) : ILayerReconstruction
{
    public const float Shift = 0.75f;

    public bool IsPossible => true;

    public WorkSchedule WorkOf(LayerSpec part) => WorkSchedule.Even(1);

    public IReadOnlyList<IReadOnlyList<float[]>> FittingWeights() => weights;

    public bool Run(
        int index, TorchNetwork dense, TorchLayer part, CalibrationStreams inputs, CalibrationStreams targets, Action onStep)
    {
        onStep();
        if (index < 2)
        {
            part.Steps[0].Linears[1].bias!.Accumulate(Shift);
        }

        return index < 2;
    }
}
