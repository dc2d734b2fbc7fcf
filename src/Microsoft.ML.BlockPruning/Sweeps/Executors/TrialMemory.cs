using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>What a trial takes at the least, to refuse one that cannot fit before it starts.</summary>
internal static class TrialMemory
{
    private const int LargestBatch = 64;

    /// <summary>Bytes that a trial adds at the least.</summary>
    /// <param name="config">The network's shape.</param>
    /// <param name="images">Calibration images.</param>
    /// <remarks>
    /// The network twice (libtorch's and the pruned one) in float32, one batch of the backward pass as
    /// <see cref="CalibrationSet.FittingBatch"/> counts it, the largest layer's input moments in float64 twice (as they are, inverted).
    /// Criteria and refits take more: it is a lower bound, and only a process of its own can be held to a limit.
    /// </remarks>
    public static long LeastBytes(ViTConfig config, int images)
    {
        long weights = LinearShape.OfPrunableLayers(config).Sum(layer => (long)layer.OutFeatures * layer.InFeatures);
        long widest = LinearShape.OfPrunableLayers(config).Max(layer => layer.InFeatures);
        long batch = CalibrationSet.FittingBatch(config, Math.Min(images, LargestBatch));
        long activations = batch * config.Tokens * config.Depth * ((16L * config.EmbedDim) + (4L * config.MlpDim));
        return BlockCodecs.Float32.BytesOf((2 * weights) + activations) + (2 * sizeof(double) * widest * widest);
    }
}
