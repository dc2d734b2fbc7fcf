using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>What a trial takes at the least, to refuse one that cannot fit before it starts.</summary>
internal static class TrialMemory
{
    private const int LargestBatch = 64;

    /// <summary>Bytes that a trial adds at the least.</summary>
    /// <param name="spec">The network.</param>
    /// <param name="images">Calibration images.</param>
    /// <remarks>
    /// The network twice (libtorch's and the pruned one) in float32, one batch of the backward pass as
    /// <see cref="CalibrationSet.PassBatch"/> counts it, the largest layer's input moments in float64 twice (as they are, inverted).
    /// Criteria and refits take more: it is a lower bound, and only a process of its own can be held to a limit.
    /// </remarks>
    public static long LeastBytes(NetworkSpec spec, int images)
    {
        long weights = spec.PrunableLinears.Sum(linear => linear.Elements);
        long widest = spec.PrunableLinears.Max(linear => linear.InFeatures);
        long batch = CalibrationSet.PassBatch(spec.PrunableLinears, Math.Min(images, LargestBatch));
        long activations = batch * CalibrationSet.ActivationsOf(spec.PrunableLinears);
        return BlockCodecs.Float32.BytesOf((2 * weights) + activations) + (2 * sizeof(double) * widest * widest);
    }
}
