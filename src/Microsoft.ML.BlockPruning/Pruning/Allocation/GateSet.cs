using System.Diagnostics;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.GateGradients;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>Gates that are open or closed, the sum u of the closed ones' gradients, and the cost of the open ones.</summary>
/// <remarks>
/// Objective: ½ ‖u‖² / N + ½ κ · closed. Closing k changes it by (s_kᵀ u + ½ ‖s_k‖²) / N + ½ κ, opening k by
/// (−s_kᵀ u + ½ ‖s_k‖²) / N − ½ κ.
/// </remarks>
internal sealed class GateSet
{
    private readonly IReadOnlyList<LayerGateGradients> _layers;
    private readonly GateColumns _columns;
    private readonly double _ridge;
    private readonly int[] _layerOf;
    private readonly int[] _openIn;
    private readonly int[] _floorOf;
    private readonly bool[] _isThere;
    private readonly bool[] _isOpen;
    private readonly double[] _sum;

    /// <summary>All gates open whose blocks are there.</summary>
    /// <param name="layers">The layers, in the order of <paramref name="columns"/>.</param>
    /// <param name="columns">Their gradients by gate.</param>
    /// <param name="costs">Cost of a gate's block, and the fixed part.</param>
    /// <param name="rules">Fraction of every layer's gates that stays open.</param>
    /// <param name="ridge">κ.</param>
    public GateSet(IReadOnlyList<LayerGateGradients> layers, GateColumns columns, ICostModel costs, LayerRules rules, double ridge)
    {
        _layers = layers;
        _columns = columns;
        _ridge = ridge;
        _layerOf = [.. layers.SelectMany((layer, l) => Enumerable.Repeat(l, layer.Blocks.TotalBlocks))];
        _openIn = [.. layers.Select(layer => layer.Blocks.KeptBlocks)];
        _floorOf = [.. layers.Select(layer => LayerAllocation.FloorOf(layer.Blocks, rules.FloorOf(layer.LayerName)))];
        _isThere = [.. layers.SelectMany(layer =>
            Enumerable.Range(0, layer.Blocks.TotalBlocks).Select(block => IsKept(layer.Blocks, block)))];
        _isOpen = [.. _isThere];
        _sum = new double[columns.Images];
        Costs = [.. layers.SelectMany(layer => CostsOf(layer, costs))];
        Cost = costs.FixedCost + Open.Sum(gate => Costs[gate]);
    }

    /// <summary>[gates] cost of each when open.</summary>
    public long[] Costs { get; }

    /// <summary>Of all open gates, fixed part included.</summary>
    public long Cost { get; private set; }

    public double Objective => (_sum.Sum(value => value * value) / (2.0 * _columns.Images)) + (_ridge / 2 * Closed.Count());

    public IEnumerable<int> Open => Enumerable.Range(0, _isOpen.Length).Where(gate => _isOpen[gate]);

    /// <summary>The gates that have been closed here; those of blocks that were gone before are neither open nor closed.</summary>
    public IEnumerable<int> Closed => Enumerable.Range(0, _isOpen.Length).Where(gate => _isThere[gate] && !_isOpen[gate]);

    public bool IsOpen(int gate) => _isOpen[gate];

    /// <summary>Whether the gate may close: its layer stays at its floor or above.</summary>
    public bool MayClose(int gate) => _openIn[_layerOf[gate]] > _floorOf[_layerOf[gate]];

    /// <summary>Whether one gate may close as another one opens.</summary>
    public bool MaySwap(int closing, int opening) => _layerOf[closing] == _layerOf[opening] || MayClose(closing);

    /// <summary>s_kᵀ u of all gates.</summary>
    public double[] Dots() => _columns.Dots(_sum);

    /// <summary>Change of the objective.</summary>
    /// <param name="gate">An open gate.</param>
    /// <param name="dot">Its s_kᵀ u, where that is known already.</param>
    public double ChangeOnClosing(int gate, double? dot = null) => Change(gate, dot ?? _columns.Dot(gate, _sum), 1);

    /// <inheritdoc cref="ChangeOnClosing"/>
    public double ChangeOnOpening(int gate, double? dot = null) => Change(gate, dot ?? _columns.Dot(gate, _sum), -1);

    /// <summary>Change of the objective when one closes and another one opens.</summary>
    public double ChangeOnSwap(int closing, int opening) =>
        ChangeOnClosing(closing) + ChangeOnOpening(opening) - (_columns.Dot(closing, opening) / _columns.Images);

    public void Close(int gate) => Set(gate, isOpen: false);

    public void OpenUp(int gate) => Set(gate, isOpen: true);

    /// <summary>Closes the gates whose blocks a plan removes.</summary>
    public void CloseAsIn(SparsityPlan plan)
    {
        int gate = 0;
        foreach (var layer in _layers)
        {
            var mask = plan[layer.LayerName]!;
            for (int block = 0; block < mask.TotalBlocks; block++, gate++)
            {
                if (_isThere[gate] && !IsKept(mask, block))
                {
                    Close(gate);
                }
            }
        }
    }

    /// <summary>Keeps the blocks of open gates.</summary>
    public SparsityPlan ToPlan()
    {
        var plan = new SparsityPlan();
        int gate = 0;
        foreach (var layer in _layers)
        {
            var mask = layer.Blocks.Clone();
            for (int block = 0; block < mask.TotalBlocks; block++, gate++)
            {
                mask[block / mask.BlockColumns, block % mask.BlockColumns] = _isOpen[gate];
            }

            plan.Add(layer.LayerName, mask);
        }

        return plan;
    }

    private static bool IsKept(BlockMask mask, int block) => mask[block / mask.BlockColumns, block % mask.BlockColumns];

    private double Change(int gate, double dot, int sign) =>
        (((sign * dot) + (_columns.Square(gate) / 2)) / _columns.Images) + (sign * _ridge / 2);

    private void Set(int gate, bool isOpen)
    {
        Debug.Assert(_isOpen[gate] != isOpen, "a gate is closed or opened once");
        int sign = isOpen ? 1 : -1;
        _isOpen[gate] = isOpen;
        _openIn[_layerOf[gate]] += sign;
        Cost += sign * Costs[gate];
        _columns.AddTo(_sum, gate, -sign);
    }

    private static IEnumerable<long> CostsOf(LayerGateGradients layer, ICostModel costs) =>
        Enumerable.Range(0, layer.Blocks.TotalBlocks).Select(block => costs.CostOfBlock(
            layer.LayerName, layer.Blocks.ElementsOf(block / layer.Blocks.BlockColumns, block % layer.Blocks.BlockColumns)));
}
