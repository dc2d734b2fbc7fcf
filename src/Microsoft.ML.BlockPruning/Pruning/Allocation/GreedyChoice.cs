using System.Diagnostics;
using Microsoft.ML.BlockPruning.Pruning.Budgets;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>Removes the least important blocks per unit of cost until every budget is met.</summary>
/// <remarks>
/// For one budget of costs that add up this is the relaxed knapsack's optimum. For several the cost is the sum of the costs at one price
/// each, the multipliers of the Lagrangian: the relaxed optimum has prices that are zero for every budget that is not used up. They are
/// searched for by subgradient steps that shrink geometrically, and the best choice seen counts; O(M log M) for M blocks and each step.
/// Equal densities fall in the order of layers, rows, columns, so one input has one choice.
/// </remarks>
internal sealed class GreedyChoice : IBlockChoice
{
    private const int Steps = 32;
    private const double FirstStep = 2;
    private const double Shrink = 0.85;
    private readonly IReadOnlyList<LayerAllocation> _layers;
    private readonly BlockCandidate[] _blocks;
    private readonly BudgetLedger _ledger;
    private readonly double[] _removable;
    private BlockCandidate[] _leastDenseFirst;

    /// <summary>Finds the prices.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="constraints">The budgets, at least one; all can be met.</param>
    public GreedyChoice(IReadOnlyList<LayerAllocation> layers, IReadOnlyList<PruneConstraint> constraints)
    {
        _layers = layers;
        _blocks = [.. layers.SelectMany(layer => layer.Blocks)];
        _ledger = new BudgetLedger(constraints);
        _removable = [.. constraints.Select((_, i) => _blocks.Sum(block => (double)block.Costs[i]))];
        _leastDenseFirst = Sort(constraints.Count == 1 ? [1] : SearchPrices());
    }

    /// <summary>Chooses among the allowed blocks. What is kept meets every budget, and no removed block would fit.</summary>
    public void Choose() => FillUp(Thin());

    private double[] SearchPrices()
    {
        int count = _removable.Length;
        double best = double.NegativeInfinity;
        double[] bestPrices = [];
        for (int only = 0; only < count; only++)
        {
            Try([.. Enumerable.Range(0, count).Select(i => i == only ? 1.0 : 0)]);
        }

        double[] logs = new double[count];
        double step = FirstStep;
        for (int i = 0; i < Steps; i++, step *= Shrink)
        {
            double largest = logs.Max();
            double[] slack = Try([.. logs.Select(log => Math.Exp(log - largest))]);
            double most = slack.Max();
            for (int c = 0; c < count && most > 0; c++)
            {
                logs[c] -= step * slack[c] / most;
            }
        }

        return bestPrices;

        // The fraction of each budget's removable part that the thinned network leaves unused.
        double[] Try(double[] multipliers)
        {
            double[] prices = [.. multipliers.Select((multiplier, i) => multiplier / _removable[i])];
            _leastDenseFirst = Sort(prices);
            int next = Thin();
            double[] slack = [.. prices.Select((_, i) => _ledger.SlackOf(i) / _removable[i])];
            FillUp(next);
            double kept = _blocks.Where(block => block.IsKept).Sum(block => block.Importance);
            if (kept > best)
            {
                best = kept;
                bestPrices = prices;
            }

            return slack;
        }
    }

    private BlockCandidate[] Sort(double[] prices) => [.. _blocks.OrderBy(block => block.Density(prices))];

    private int Thin()
    {
        foreach (var layer in _layers)
        {
            layer.Reset();
        }

        _ledger.Start(_blocks);
        int next = 0;
        for (; !_ledger.IsMet && next < _leastDenseFirst.Length; next++)
        {
            var block = _leastDenseFirst[next];
            if (block.IsKept && !block.IsProtected)
            {
                _ledger.Remove(block);
            }
        }

        Debug.Assert(_ledger.IsMet, "the allocator has checked that the budgets can be met");
        return next;
    }

    // Blocks of unequal cost may leave room for one that went before the last: densest first.
    private void FillUp(int next)
    {
        for (next--; next >= 0; next--)
        {
            var block = _leastDenseFirst[next];
            if (!block.IsKept && !block.IsBanned && _ledger.Fits(block))
            {
                _ledger.Keep(block);
            }
        }
    }
}
