using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Lpvit;

/// <summary>Brings a plan of LPViT to a budget, to one block, without changing what it says of the layers.</summary>
/// <remarks>
/// The pruned fractions α_l of all layers are scaled by one factor: tile k of a layer, counted from the least mean |w|, goes when the
/// factor reaches (k + 1) / (tiles that the layer lost). Layers that lost nothing come last. Ours, not LPViT's: the public code stops
/// within 0.02 of the target, which is more than some methods differ by. Cost: a sort of the tiles.
/// </remarks>
internal sealed class LpvitBudgetFit(IReadOnlyList<LpvitLayer> layers, ICostModel costs)
{
    // Stands for no tile lost: behind every tile of a layer that lost one.
    private const double NoTile = 1e-9;

    /// <summary>Cost with every block kept, fixed part included.</summary>
    public double DenseCost { get; } = costs.FixedCost + layers.Sum(layer => SumOf(layer.Name, layer.Blocks, costs));

    /// <summary>Cost of a plan, fixed part included.</summary>
    public double CostOf(SparsityPlan plan) => costs.FixedCost + plan.Masks.Sum(mask => SumOf(mask.Key, mask.Value, costs));

    /// <summary>Fits.</summary>
    /// <param name="plan">A mask for every layer; not changed.</param>
    /// <param name="budget">Upper bound on the cost.</param>
    /// <param name="layerFloor">Fraction of every layer that stays.</param>
    public SparsityPlan Fit(SparsityPlan plan, double budget, double layerFloor) =>
        new SparsityAllocator(
            [new PruneConstraint(costs, budget, DenseCost, "units")], new LayerRules(layers[0].Blocks.Shape, layerFloor))
            .Allocate([.. layers.Select(layer => OrderOf(layer, plan[layer.Name]!))], []);

    private LayerImportances OrderOf(LpvitLayer layer, BlockMask mask)
    {
        int[] order = LpvitTiles.Ascending(LpvitTiles.Of(layer).MagnitudeScore);
        double lost = Math.Max(mask.TotalBlocks - mask.KeptBlocks, NoTile);
        var importances = new LayerImportances(layer.Name, layer.Blocks);
        for (int k = 0; k < order.Length; k++)
        {
            int row = order[k] / mask.BlockColumns;
            int column = order[k] % mask.BlockColumns;

            // The allocator orders by importance per cost.
            importances[row, column] = (k + 1) / lost * costs.CostOfBlock(layer.Name, mask.ElementsOf(row, column));
        }

        return importances;
    }

    private static long SumOf(string layerName, BlockMask mask, ICostModel costs)
    {
        long sum = 0;
        for (int row = 0; row < mask.BlockRows; row++)
        {
            for (int column = 0; column < mask.BlockColumns; column++)
            {
                sum += mask[row, column] ? costs.CostOfBlock(layerName, mask.ElementsOf(row, column)) : 0;
            }
        }

        return sum;
    }
}
