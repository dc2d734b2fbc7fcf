using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>What to prune to.</summary>
internal sealed class PruneSettings
{
    /// <summary>The block that is removed or kept as a whole; not larger than any prunable weight.</summary>
    public required BlockShape Block { get; init; }

    /// <summary>The budgets; all must be met.</summary>
    public required IReadOnlyList<PruneConstraint> Constraints { get; init; }

    /// <summary>Fraction of every layer's blocks that stays whatever their importance, in [0, 1].</summary>
    public double LayerFloor { get; init; }

    /// <summary>Seeds the sampled labels; same seed, same plan.</summary>
    public long Seed { get; init; }
}
