using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>One budget as plain data: what it counts, and how much of the dense network's stays.</summary>
/// <param name="Unit">What it counts.</param>
/// <param name="Keep">Fraction of the dense total that remains, in (0, 1].</param>
internal sealed record BudgetPart(BudgetUnit Unit, double Keep)
{
    /// <summary>The figures of a budget of energy; null for any other.</summary>
    public EnergyModel? Energy { get; init; }

    /// <summary>Images of the batch that a budget of time is about.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Threads that score the batch; null: one per logical processor.</summary>
    public int? NumberOfThreads { get; init; }

    /// <summary>What a budget of time asks to be measured; null for any other.</summary>
    [JsonIgnore]
    public LatencyRequest? Latency => Unit == BudgetUnit.Latency ? new LatencyRequest(Keep, BatchSize, NumberOfThreads) : null;

    /// <summary>A number as budgets write it.</summary>
    public static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>The bound, in units of its cost model.</summary>
    /// <param name="cost">The network's counter.</param>
    /// <param name="grids">The layers that may lose blocks.</param>
    /// <returns>Null for a budget of time, which takes a measurement.</returns>
    public PruneConstraint? Resolve(NetworkCost cost, LayerGrids grids)
    {
        long denseElements = cost.PrunableElements - grids.Elements;
        return Unit switch
        {
            BudgetUnit.MultiplyAdds => Bound(new FlopsCostModel(cost, grids), cost.TotalMultiplyAdds),
            BudgetUnit.Parameters => Bound(new ParameterCostModel(cost, denseElements), cost.TotalParameters),
            BudgetUnit.Bytes => Bound(new BytesCostModel(cost, grids), cost.DenseBytes),
            BudgetUnit.Energy => OfEnergy(new EnergyCostModel(cost, Energy!, grids)),
            BudgetUnit.Blocks => Bound(new SparsityCostModel(), grids.TotalBlocks),
            _ => null,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Text(Keep)} of the {Words}";

    /// <summary>What it counts, as messages name it.</summary>
    [JsonIgnore]
    public string Words => Unit switch
    {
        BudgetUnit.MultiplyAdds => "multiply-adds",
        BudgetUnit.Parameters => "parameters",
        BudgetUnit.Bytes => "bytes",
        BudgetUnit.Energy => $"energy ({Energy})",
        BudgetUnit.Blocks => "prunable blocks",
        _ => $"latency at batch {BatchSize}",
    };

    private PruneConstraint OfEnergy(EnergyCostModel costs) => Bound(costs, costs.DenseCost);

    private PruneConstraint Bound(ICostModel costs, double dense) => PruneConstraint.Keep(Keep, costs, dense, Words);
}
