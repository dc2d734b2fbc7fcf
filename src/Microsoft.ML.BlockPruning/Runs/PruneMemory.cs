using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>What a pruning holds at most, by the sizes of what it holds.</summary>
internal static class PruneMemory
{
    private const int LargestBatch = 64;

    // .NET, libtorch's code, and what its pools and arrays that wait for collection hold of batches that are over.
    private const long Runtime = 600_000_000;

    // As read, in libtorch dense and pruned, and as it is packed.
    private const int Networks = 4;

    // In float64, while the basis is changed: the network, what is being made of it, and the copy that is held against the dense one.
    private const int Rewritten = 3;

    // Residual streams: the dense one and the pruned one, each in memory or in a file.
    private const int Streams = 2;

    // Attention's products, normalised inputs and GELU's, which CalibrationSet counts by the linear layers alone.
    private const int ActivationsPerCounted = 2;

    /// <summary>Bytes at the peak, about.</summary>
    /// <param name="spec">The network.</param>
    /// <param name="images">Calibration images.</param>
    /// <remarks>
    /// Of the default method: images, networks and streams, and beside them either the change of basis, which is over when calibration
    /// begins, or one batch forward and backward with each layer's covariances in float64 and the largest one's inverse and workspace.
    /// Measured peaks of three networks (files pruning-*.json among the benchmarks' results) are within a sixth of it.
    /// </remarks>
    public static long PeakBytes(NetworkSpec spec, int images)
    {
        var linears = spec.PrunableLinears;
        long stream = (long)images * spec.Steps.Max(step => step.Linears.Max(linear => (long)linear.Tokens)) * spec.FinalFeatures;
        long batch = CalibrationSet.PassBatch(linears, Math.Min(images, LargestBatch));
        long parameters = new NetworkCost(spec).TotalParameters;
        long alive = ((long)images * spec.ImageDim) + (Networks * parameters) + (Streams * StreamRoom.InMemory(stream));
        long changing = sizeof(double) * Rewritten * parameters;
        long covariances = linears.Sum(linear => linear.RowGroups * Square(linear.InFeatures + 1L))
            + ((2 + Environment.ProcessorCount) * linears.Max(linear => Square(linear.InFeatures + 1L)));
        long calibrating = BlockCodecs.Float32.BytesOf(ActivationsPerCounted * batch * CalibrationSet.ActivationsOf(linears))
            + (sizeof(double) * covariances);
        return Runtime + BlockCodecs.Float32.BytesOf(alive) + Math.Max(changing, calibrating);
    }

    private static long Square(long width) => width * width;
}
