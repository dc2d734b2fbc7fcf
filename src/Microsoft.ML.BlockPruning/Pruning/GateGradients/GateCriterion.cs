using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.GateGradients;

/// <summary>A criterion that reads the gate gradients of every image: one pass, 4 · images · blocks bytes.</summary>
/// <param name="loss">Whose gradients; null: the likelihood of the calibration's labels, sampled where it has none.</param>
internal abstract class GateCriterion(ICalibrationLoss? loss = null) : LayerCriterion<ImageGateGradients>(loss)
{
    protected override ImageGateGradients Observe(PrunableLayer layer, CalibrationSet calibration) => new(layer, calibration.Count);

    /// <summary>The gate gradients of one layer, out of libtorch.</summary>
    public static LayerGateGradients GatesOf(PrunableLayer layer, ImageGateGradients observed)
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
