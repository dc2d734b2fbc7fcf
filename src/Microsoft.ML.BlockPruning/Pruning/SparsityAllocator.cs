using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>Chooses the blocks that stay: the network's least important ones per unit of cost go until the budget is met, to one
/// block.</summary>
/// <remarks>
/// Greedy by importance / cost is exact for costs that add up (the relaxed knapsack). Blocks of dead units are freed and what they cost
/// is spent again, until none is left. Equal densities fall in the order of layers, rows, columns, so one input has one plan.
/// </remarks>
internal sealed class SparsityAllocator : IBlockAllocator
{
    private readonly ICostModel _costs;
    private readonly double _budget;
    private readonly double _layerFloor;

    /// <summary>Creates an allocator.</summary>
    /// <param name="costs">The unit of the budget.</param>
    /// <param name="budget">Upper bound on the cost of the pruned network, fixed part included.</param>
    /// <param name="layerFloor">Fraction of every layer's blocks that stays whatever their importance, in [0, 1]; rounded up.</param>
    public SparsityAllocator(ICostModel costs, double budget, double layerFloor)
    {
        ArgumentNullException.ThrowIfNull(costs);
        if (!(layerFloor is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(layerFloor), layerFloor, $"A layer floor is a fraction of a layer's blocks, in [0, 1]; found {layerFloor}.");
        }

        _costs = costs;
        _budget = budget;
        _layerFloor = layerFloor;
    }

    /// <summary>Checks that the budget can be met at all.</summary>
    /// <param name="layers">Name and block grid of every prunable layer.</param>
    /// <exception cref="ArgumentException">It cannot; the message names the nearest that can.</exception>
    public void CheckBudget(IEnumerable<(string Name, BlockMask Blocks)> layers)
    {
        double least = _costs.FixedCost;
        double total = _costs.FixedCost;
        foreach (var (name, blocks) in layers)
        {
            var costs = CostsOf(name, blocks);

            // A floor protects by importance, so at worst it keeps the largest blocks.
            least += costs.OrderDescending().Take(LayerAllocation.FloorOf(blocks, _layerFloor)).Sum();
            total += costs.Sum();
        }

        if (!(_budget >= least))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"The budget of {_budget:0} is {_budget / total:0.####} of the dense network, "
                + $"but {least:0} ({least / total:0.####}) cannot be removed: {_costs.FixedCost} are fixed, "
                + $"the rest is the layer floor of {_layerFloor}. Keep at least {RoundUp(least / total):0.####}."));
        }
    }

    /// <summary>Whether the budget leaves every block, so that nothing need be known of them.</summary>
    /// <param name="layers">Name and block grid of every prunable layer.</param>
    public bool KeepsAll(IEnumerable<(string Name, BlockMask Blocks)> layers) =>
        _costs.FixedCost + layers.Sum(layer => CostsOf(layer.Name, layer.Blocks).Sum()) <= _budget;

    /// <summary>Chooses.</summary>
    /// <param name="importances">Of every prunable layer.</param>
    /// <param name="couplings">Layers joined unit by unit, by name; each is among <paramref name="importances"/>.</param>
    /// <returns>A plan with a mask for every layer given. Its cost is at most the budget, and no removed live block would still
    /// fit.</returns>
    /// <exception cref="ArgumentException">The budget cannot be met.</exception>
    public SparsityPlan Allocate(IReadOnlyList<LayerImportances> importances, IReadOnlyList<UnitCoupling> couplings)
    {
        CheckBudget(importances.Select(layer => (layer.LayerName, layer.Blocks)));
        var layers = importances.Select(layer => new LayerAllocation(layer, _costs, _layerFloor)).ToList();
        var byName = layers.ToDictionary(layer => layer.LayerName, StringComparer.Ordinal);
        var dead = couplings.Select(c => new DeadUnits(c, byName[c.Producer], byName[c.Consumer])).ToList();
        var leastDenseFirst = layers.SelectMany(layer => layer.Blocks).OrderBy(block => block.Density).ToList();
        bool freed;
        do
        {
            Choose(layers, leastDenseFirst);
            freed = false;
            dead.ForEach(units => freed |= units.Ban());
        }
        while (freed);

        var plan = new SparsityPlan();
        layers.ForEach(layer => plan.Add(layer.LayerName, layer.Kept));
        return plan;
    }

    private void Choose(List<LayerAllocation> layers, List<BlockCandidate> leastDenseFirst)
    {
        layers.ForEach(layer => layer.Reset());
        long cost = _costs.FixedCost + leastDenseFirst.Where(block => block.IsKept).Sum(block => block.Cost);
        int next = 0;
        for (; cost > _budget && next < leastDenseFirst.Count; next++)
        {
            var block = leastDenseFirst[next];
            if (block.IsKept && !block.IsProtected)
            {
                block.Layer.Kept[block.Row, block.Column] = false;
                cost -= block.Cost;
            }
        }

        Debug.Assert(cost <= _budget, "CheckBudget promises that the budget can be met");

        // Blocks of unequal cost may leave room for one that went before the last: densest first.
        for (next--; next >= 0; next--)
        {
            var block = leastDenseFirst[next];
            if (!block.IsKept && !block.IsBanned && cost + block.Cost <= _budget)
            {
                block.Layer.Kept[block.Row, block.Column] = true;
                cost += block.Cost;
            }
        }
    }

    private IEnumerable<long> CostsOf(string layerName, BlockMask blocks) =>
        from row in Enumerable.Range(0, blocks.BlockRows)
        from column in Enumerable.Range(0, blocks.BlockColumns)
        select _costs.CostOfBlock(layerName, blocks.ElementsOf(row, column));

    private static double RoundUp(double keep) => Math.Ceiling(keep * 10_000) / 10_000;
}
