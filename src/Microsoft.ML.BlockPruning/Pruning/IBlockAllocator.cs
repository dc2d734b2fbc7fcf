using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>Turns importances into a choice of blocks that meets a budget.</summary>
internal interface IBlockAllocator
{
    /// <summary>Chooses.</summary>
    /// <param name="importances">Of every prunable layer.</param>
    /// <param name="couplings">Layers joined unit by unit, by name; each is among <paramref name="importances"/>.</param>
    /// <returns>A plan with a mask for every layer given; its cost is at most the budget.</returns>
    /// <exception cref="ArgumentException">The budget cannot be met.</exception>
    SparsityPlan Allocate(IReadOnlyList<LayerImportances> importances, IReadOnlyList<UnitCoupling> couplings);
}
