using System.Globalization;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Measurement;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>What came of a budget of time: the table's promise, and whole networks timed in turn.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Promised">The chosen layers by the table, as a fraction of the dense network's time there.</param>
/// <param name="Dense">Milliseconds of a batch, dense network.</param>
/// <param name="Pruned">Milliseconds of a batch, pruned network.</param>
internal sealed record LatencyOutcome(LatencyRequest Request, double Promised, double Dense, double Pruned)
{
    /// <summary>Measures.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="table">What the choice was made by.</param>
    /// <param name="dense">The dense network.</param>
    /// <param name="pruned">The pruned network.</param>
    /// <param name="onSample">Called before each sample; it may throw to cancel.</param>
    /// <returns>Null where there is no memory for a batch beside the networks.</returns>
    public static LatencyOutcome? TryMeasure(
        LatencyRequest request, LatencyTable table, SparseViT dense, SparseViT pruned, Action onSample)
    {
        try
        {
            using var denseSession = new SparseViTSession(dense, request.Threads);
            using var prunedSession = new SparseViTSession(pruned, request.Threads);
            double[] measured = LatencyProbe.NetworkMilliseconds(
                [denseSession, prunedSession], request.BatchSize, ProbeEffort.Choice, onSample);
            return new LatencyOutcome(request, MillisecondsOf(pruned.Plan, table) / table.DenseMilliseconds, measured[0], measured[1]);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Latency at batch {Request.BatchSize}, {Request.Threads} thread{(Request.Threads == 1 ? "" : "s")}: "
        + $"{Request.Keep:0.###} of the dense network's was asked for, the layers add up to {Promised:0.###}, "
        + $"and the whole network takes {Pruned / Dense:0.###} ({Pruned:0.###} of {Dense:0.###} ms).");

    private static double MillisecondsOf(SparsityPlan plan, LatencyTable table) => table.FixedMilliseconds + table.Layers.Sum(layer =>
        plan[layer.Key] is { } mask ? layer.Value.At(mask.KeptBlocks, mask.TotalBlocks) : layer.Value.Dense);
}
