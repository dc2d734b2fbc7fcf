namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>What to prune to.</summary>
internal sealed class PruneSettings
{
    /// <summary>Blocks and floors, and the layers that stay dense.</summary>
    public required LayerRules Layers { get; init; }

    /// <summary>The budgets; all must be met.</summary>
    public required IReadOnlyList<PruneConstraint> Constraints { get; init; }

    /// <summary>Seeds the sampled labels; same seed, same plan.</summary>
    public long Seed { get; init; }
}
