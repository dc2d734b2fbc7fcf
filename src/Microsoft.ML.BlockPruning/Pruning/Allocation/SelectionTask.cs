using Microsoft.ML.BlockPruning.Pruning.Budgets;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>What one shot has to choose from and to meet.</summary>
/// <param name="Remaining">The layers that may lose blocks, with the blocks that are still there.</param>
/// <param name="Settings">Budgets and floors of this shot.</param>
/// <param name="Couplings">Layers joined unit by unit.</param>
internal sealed record SelectionTask(LayerGrids Remaining, PruneSettings Settings, IReadOnlyList<UnitCoupling> Couplings)
{
    /// <summary>Meets the budgets.</summary>
    public SparsityAllocator Allocator => new(Settings.Constraints, Settings.Layers, Settings.Latency);
}
