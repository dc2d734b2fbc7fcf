using System.Globalization;
using Microsoft.ML.BlockPruning.Pruning.Budgets;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>Chooses how many blocks each layer keeps by dynamic programming over measured time, the most important of each layer.</summary>
/// <remarks>
/// With δ(q) the importance that a layer loses at level q of 100 and t(q) its milliseconds: best[b] = min over q of
/// best'[b − ⌈t(q) / Δ⌉] + δ(q), over the layers, with Δ a ten-thousandth of the time that can be spent (as SPDY, Frantar and Alistarh,
/// ICML 2022). Times need not be convex: a layer that is faster dense is left dense. O(layers · 101 · 10,000). What the rounding of times
/// leaves over is spent block by block. Other budgets enter by a price on their costs, the least that meets them, found by bisection.
/// </remarks>
internal sealed class LatencyChoice : IBlockChoice
{
    private const int PriceSteps = 24;
    private readonly IReadOnlyList<LayerAllocation> _layers;
    private readonly LatencyConstraint _latency;
    private readonly BudgetLedger _ledger;
    private readonly BlockCandidate[] _blocks;
    private readonly BlockCandidate[] _mostWorthFirst;
    private readonly double[] _removable;

    /// <summary>Creates a choice.</summary>
    /// <param name="layers">The layers; all are in the table.</param>
    /// <param name="constraints">Budgets besides the latency; may be empty.</param>
    /// <param name="latency">The budget of time; it can be met.</param>
    public LatencyChoice(IReadOnlyList<LayerAllocation> layers, IReadOnlyList<PruneConstraint> constraints, LatencyConstraint latency)
    {
        _layers = layers;
        _latency = latency;
        _ledger = new BudgetLedger(constraints);
        _blocks = [.. layers.SelectMany(layer => layer.Blocks)];
        _mostWorthFirst =
            [.. _blocks.OrderByDescending(block => block.Importance * block.Kept.TotalBlocks / CurveOf(block.LayerName).Dense)];
        _removable = [.. constraints.Select((_, i) => _blocks.Sum(block => (double)block.Costs[i]))];
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The latency and the other budgets cannot be met together.</exception>
    public void Choose()
    {
        if (!TryChoose(price: 0))
        {
            TryChoose(LeastPrice());
        }

        FillUp();
        foreach (var layer in _layers)
        {
            layer.IsLeftDense = layer.Kept.KeptBlocks == layer.Blocks.Count;
        }
    }

    private double LeastPrice()
    {
        double enough = Math.Max(_blocks.Sum(block => block.Importance), double.Epsilon);
        for (int i = 0; !TryChoose(enough); i++, enough *= 16)
        {
            if (i == PriceSteps)
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The latency and the other budgets cannot be met together: what is slower block-sparse than dense had to be both. "
                    + $"With the other budgets as they are keep at least {NearestLatency(enough):0.####} of the latency, "
                    + $"or take a larger block."));
            }
        }

        double tooLittle = 0;
        for (int i = 0; i < PriceSteps; i++)
        {
            double middle = (tooLittle + enough) / 2;
            (tooLittle, enough) = TryChoose(middle) ? (tooLittle, middle) : (middle, enough);
        }

        return enough;
    }

    // At a price that outweighs all importance; as a fraction of the dense time, rounded up.
    private double NearestLatency(double price)
    {
        var table = _latency.Table;
        double tooLow = _latency.Limit;
        double floors = _layers.Sum(layer => CurveOf(layer.LayerName).At(layer.FloorBlocks, layer.Blocks.Count));
        double enough = table.FixedMilliseconds + (floors * (1 + (2e-4 * _layers.Count))); // room for the program's rounding
        for (int i = 0; i < PriceSteps / 2; i++)
        {
            double middle = (tooLow + enough) / 2;
            (tooLow, enough) = TryChoose(price, middle) ? (tooLow, middle) : (middle, enough);
        }

        return Math.Ceiling(enough / table.DenseMilliseconds * 10_000) / 10_000;
    }

    private bool TryChoose(double price) => TryChoose(price, _latency.Limit);

    // Whether all budgets are met at this price of the costs of the others.
    private bool TryChoose(double price, double limit)
    {
        var levels = _layers.Select(layer => LayerLevel.Of(layer, CurveOf(layer.LayerName), block => price * ShareOf(block))).ToList();
        var chosen = LatencyProgram.Solve(levels, limit - _latency.Table.FixedMilliseconds);
        for (int i = 0; i < _layers.Count; i++)
        {
            _layers[i].KeepMostImportant(chosen[i].Kept);
        }

        _ledger.Start(_blocks);
        return _ledger.IsMet;
    }

    // Adding a block may let a layer fall to its dense time, which makes room for others: until nothing fits.
    private void FillUp()
    {
        var kept = _layers.ToDictionary(layer => layer.LayerName, layer => layer.Kept.KeptBlocks, StringComparer.Ordinal);
        double time = _latency.Table.FixedMilliseconds
            + _layers.Sum(layer => CurveOf(layer.LayerName).At(kept[layer.LayerName], layer.Blocks.Count));
        bool any;
        do
        {
            any = false;
            foreach (var block in _mostWorthFirst)
            {
                if (block.IsKept || block.IsBanned || !_ledger.Fits(block))
                {
                    continue;
                }

                string layer = block.LayerName;
                int total = block.Kept.TotalBlocks;
                var curve = CurveOf(layer);
                double after = time + curve.At(kept[layer] + 1, total) - curve.At(kept[layer], total);
                if (after <= _latency.Limit)
                {
                    _ledger.Keep(block);
                    kept[layer]++;
                    time = after;
                    any = true;
                }
            }
        }
        while (any);
    }

    private LatencyCurve CurveOf(string layerName) => _latency.Table.Layers[layerName];

    private double ShareOf(BlockCandidate block)
    {
        double share = 0;
        for (int i = 0; i < _removable.Length; i++)
        {
            share += block.Costs[i] / _removable[i];
        }

        return share;
    }
}
