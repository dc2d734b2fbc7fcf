using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>What came of a run.</summary>
/// <param name="Network">The pruned network as it scores.</param>
/// <param name="Pruned">The same as weights and plan, with what was found on the way.</param>
/// <param name="Latency">The table that a budget of time was met by; null where there is none.</param>
/// <param name="LastStep">The last step of fine-tuning, with the last accuracy that was told; null where there was none.</param>
internal sealed record PruneOutcome(SparseViT Network, PrunedNetwork Pruned, LatencyConstraint? Latency, FineTuneProgress? LastStep)
{
    /// <summary>Mean KL divergence of the chosen numbers from float32, nats; null where they were not chosen by a budget.</summary>
    public double? FormatKl { get; init; }
}
