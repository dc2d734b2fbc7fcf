using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>Keeps the same fraction of blocks in each layer, the most important ones, and meets the budget to one block.</summary>
/// <param name="costs">The unit of the budget.</param>
/// <param name="budget">Upper bound on the cost of the pruned network, fixed part included.</param>
/// <remarks>
/// The usual baseline, and right for criteria whose scale differs from layer to layer: only the order inside a layer counts. Layers lose
/// their blocks in step, by rank over number of blocks, so no two fractions differ by more than one block. Dead units stay, because to
/// free them would make the fractions differ. Equal ranks fall in the order of layers.
/// </remarks>
internal sealed class UniformAllocator(ICostModel costs, double budget) : IBlockAllocator
{
    public SparsityPlan Allocate(IReadOnlyList<LayerImportances> importances, IReadOnlyList<UnitCoupling> couplings)
    {
        new SparsityAllocator(costs, budget, layerFloor: 0).CheckBudget(importances.Select(layer => (layer.LayerName, layer.Blocks)));
        LayerAllocation[] layers = [.. importances.Select(layer => new LayerAllocation(layer, costs, floor: 0))];
        long cost = costs.FixedCost + layers.Sum(layer => layer.Blocks.Sum(block => block.Cost));
        foreach (var block in layers.SelectMany(Ranked).OrderBy(ranked => ranked.Rank).Select(ranked => ranked.Block))
        {
            if (cost <= budget)
            {
                break;
            }

            block.Layer.Kept[block.Row, block.Column] = false;
            cost -= block.Cost;
        }

        var plan = new SparsityPlan();
        Array.ForEach(layers, layer => plan.Add(layer.LayerName, layer.Kept));
        return plan;
    }

    // Rank 1 of n is the least important: it goes once the fraction 1 / n is to go.
    private static IEnumerable<(BlockCandidate Block, double Rank)> Ranked(LayerAllocation layer) =>
        layer.Blocks.OrderBy(block => block.Importance).Select((block, i) => (block, (i + 1.0) / layer.Blocks.Count));
}
