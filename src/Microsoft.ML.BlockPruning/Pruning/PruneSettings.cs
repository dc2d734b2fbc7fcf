using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>What to prune to.</summary>
internal sealed class PruneSettings
{
    /// <summary>The block that is removed or kept as a whole; not larger than any prunable weight.</summary>
    public required BlockShape Block { get; init; }

    /// <summary>The unit of the budget.</summary>
    public required ICostModel CostModel { get; init; }

    /// <summary>Upper bound on the pruned network's cost, fixed part included.</summary>
    public required double Budget { get; init; }

    /// <summary>Fraction of every layer's blocks that stays whatever their importance, in [0, 1].</summary>
    public double LayerFloor { get; init; }

    /// <summary>
    /// Chooses the blocks that stay, within the same budget; null: <see cref="SparsityAllocator"/> with the cost model, budget and floor.
    /// </summary>
    public IBlockAllocator? Allocator { get; init; }

    /// <summary>Seeds the sampled labels; same seed, same plan.</summary>
    public long Seed { get; init; }
}
