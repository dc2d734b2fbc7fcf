using System.Globalization;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>Chooses the blocks that stay within every budget, to one block, and leaves no dead unit.</summary>
/// <remarks>Blocks of dead units are freed and what they cost is spent again, until none is left.</remarks>
internal sealed class SparsityAllocator
{
    private readonly IReadOnlyList<PruneConstraint> _constraints;
    private readonly LayerRules _rules;
    private readonly LatencyConstraint? _latency;

    /// <summary>Creates an allocator.</summary>
    /// <param name="constraints">The budgets of costs that add up over blocks; at least one where there is no latency.</param>
    /// <param name="rules">The floor of every layer: what stays of its blocks whatever their importance.</param>
    /// <param name="latency">The budget of time, if there is one.</param>
    public SparsityAllocator(IReadOnlyList<PruneConstraint> constraints, LayerRules rules, LatencyConstraint? latency = null)
    {
        ArgumentNullException.ThrowIfNull(constraints);
        if (latency is null)
        {
            ArgumentOutOfRangeException.ThrowIfZero(constraints.Count, nameof(constraints));
        }

        ArgumentNullException.ThrowIfNull(rules);
        _constraints = constraints;
        _rules = rules;
        _latency = latency;
    }

    /// <summary>Checks that the budgets can be met at all.</summary>
    /// <param name="grids">The layers that may lose blocks.</param>
    /// <exception cref="ArgumentException">One cannot; the message names the nearest that can.</exception>
    public void CheckBudget(LayerGrids grids)
    {
        if (Unmet(grids) is { } error)
        {
            throw error;
        }
    }

    /// <summary>What <see cref="CheckBudget"/> throws; null where all budgets can be met.</summary>
    public ArgumentException? Unmet(LayerGrids grids)
    {
        string[] unmet =
        [
            .. _constraints.Select(constraint => Unmet(constraint, grids)).Append(_latency?.Unmet(grids, _rules)).OfType<string>(),
        ];
        return unmet.Length == 0 ? null : new ArgumentException(string.Join(' ', unmet));
    }

    /// <summary>Whether the budgets leave every block that is there, so that nothing need be known of them.</summary>
    public bool KeepsAll(LayerGrids grids) =>
        _latency?.KeepsAll != false
        && _constraints.All(constraint => constraint.Limit >= Math.Min(constraint.DenseCost, WholeCost(constraint, grids)));

    /// <summary>
    /// The plan that keeps every block that is there. Layers get no mask where a block-sparse form alone would break a budget.
    /// </summary>
    public SparsityPlan WholePlan(LayerGrids grids)
    {
        var plan = new SparsityPlan();
        if (_latency is null && _constraints.All(constraint => WholeCost(constraint, grids) <= constraint.Limit))
        {
            foreach (var (name, blocks) in grids.Layers)
            {
                plan.Add(name, blocks);
            }
        }

        return plan;
    }

    /// <summary>Chooses.</summary>
    /// <param name="importances">Of every layer that may lose blocks.</param>
    /// <param name="couplings">Layers joined unit by unit, by name; one with a dense side is passed over.</param>
    /// <returns>
    /// A plan with a mask for every layer given; with a latency, for those that lose blocks. It meets every budget, and no removed live
    /// block would still fit.
    /// </returns>
    /// <exception cref="ArgumentException">A budget cannot be met.</exception>
    public SparsityPlan Allocate(IReadOnlyList<LayerImportances> importances, IReadOnlyList<UnitCoupling> couplings)
    {
        CheckBudget(new LayerGrids(importances.Select(layer => (layer.LayerName, layer.Blocks))));
        var layers = importances.Select(layer => new LayerAllocation(layer, _constraints, _rules.FloorOf(layer.LayerName))).ToList();
        var byName = layers.ToDictionary(layer => layer.LayerName, StringComparer.Ordinal);
        var dead = couplings.Where(c => byName.ContainsKey(c.Producer) && byName.ContainsKey(c.Consumer))
            .Select(c => new DeadUnits(c, byName[c.Producer], byName[c.Consumer])).ToList();
        IBlockChoice choice = _latency is null
            ? new GreedyChoice(layers, _constraints)
            : new LatencyChoice(layers, _constraints, _latency);
        bool freed;
        do
        {
            choice.Choose();
            freed = false;
            dead.ForEach(units => freed |= units.Ban());
        }
        while (freed);

        var plan = new SparsityPlan();
        foreach (var layer in layers)
        {
            // A measured budget counts a layer that keeps everything as dense.
            if (_latency is null || layer.Kept.KeptBlocks < layer.Kept.TotalBlocks)
            {
                plan.Add(layer.LayerName, layer.Kept);
            }
        }

        return plan;
    }

    /// <summary>What a budget's network costs at the least: all that is fixed, and the layers' floors.</summary>
    public double LeastCost(PruneConstraint constraint, LayerGrids grids)
    {
        double least = constraint.Costs.FixedCost;
        foreach (var (name, blocks) in grids.Layers)
        {
            // A floor protects by importance, so at worst it keeps the largest blocks.
            least += CostsOf(constraint.Costs, name, blocks).OrderDescending()
                .Take(LayerAllocation.FloorOf(blocks, _rules.FloorOf(name))).Sum();
        }

        return least;
    }

    /// <summary>What a budget's network costs with every block kept that is there, in block-sparse form.</summary>
    public static double WholeCost(PruneConstraint constraint, LayerGrids grids) =>
        constraint.Costs.FixedCost + grids.Layers.Sum(layer => CostsOf(constraint.Costs, layer.Name, layer.Blocks).Sum());

    private string? Unmet(PruneConstraint constraint, LayerGrids grids)
    {
        var costs = constraint.Costs;
        double least = LeastCost(constraint, grids);
        double dense = constraint.DenseCost;
        return constraint.Limit >= least ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"The budget keeps {constraint.Limit / dense:0.####} of the {constraint.Unit}, but {least / dense:0.####} cannot be removed: "
            + $"{costs.FixedCost / dense:0.####} are fixed, the rest is the layers' floor. "
            + $"Keep at least {RoundUp(least / dense):0.####} of the {constraint.Unit}, or lower the floors.");
    }

    private static IEnumerable<long> CostsOf(ICostModel costs, string layerName, BlockMask blocks) =>
        from row in Enumerable.Range(0, blocks.BlockRows)
        from column in Enumerable.Range(0, blocks.BlockColumns)
        where blocks[row, column]
        select costs.CostOfBlock(layerName, blocks.ElementsOf(row, column));

    private static double RoundUp(double keep) => Math.Ceiling(keep * 10_000) / 10_000;
}
