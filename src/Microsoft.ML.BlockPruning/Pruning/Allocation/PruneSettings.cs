using Microsoft.ML.BlockPruning.Pruning.Budgets;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>What to prune to.</summary>
internal sealed record PruneSettings
{
    /// <summary>Blocks and floors, and the layers that stay dense.</summary>
    public required LayerRules Layers { get; init; }

    /// <summary>The budgets of costs that add up over blocks; all must be met.</summary>
    public required IReadOnlyList<PruneConstraint> Constraints { get; init; }

    /// <summary>The budget of time, if there is one; it must be met too.</summary>
    public LatencyConstraint? Latency { get; init; }

    /// <summary>Seeds the sampled labels; same seed, same plan.</summary>
    public long Seed { get; init; }
}
