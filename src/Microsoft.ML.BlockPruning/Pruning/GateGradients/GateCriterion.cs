using Microsoft.ML.BlockPruning.Training;
using Microsoft.ML.BlockPruning.Training.Observers;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Gates;

/// <summary>A criterion that reads the gate gradients of every image: one pass, 4 · images · blocks bytes.</summary>
/// <param name="loss">Whose gradients; null: the likelihood of the calibration's labels, sampled where it has none.</param>
internal abstract class GateCriterion(ICalibrationLoss? loss = null) : LayerCriterion<GateGradients>(loss)
{
    protected override GateGradients Observe(PrunableLayer layer, CalibrationSet calibration) => new(layer, calibration.Count);

    /// <summary>The gate gradients of one layer, out of libtorch.</summary>
    public static LayerGateGradients GatesOf(PrunableLayer layer, GateGradients observed)
    {
        using var scope = NewDisposeScope();
        float[] values = TorchDevice.Read<float>(observed.Values);
        return new LayerGateGradients(layer.Name, layer.Blocks, values);
    }

    /// <summary>Reports every row strip of a layer.</summary>
    public static void Report(PrunableLayer layer, Action onStrip)
    {
        for (int strip = 0; strip < layer.Blocks.BlockRows; strip++)
        {
            onStrip();
        }
    }
}
