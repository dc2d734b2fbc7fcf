using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>Budgets that are to be met at once, as plain data: at least one, of time at most one.</summary>
/// <param name="Parts">The budgets.</param>
internal sealed record BudgetRequest(IReadOnlyList<BudgetPart> Parts)
{
    /// <summary>The budget of time, which takes a measurement to resolve; null where there is none.</summary>
    [JsonIgnore]
    public LatencyRequest? Latency => Parts.Select(part => part.Latency).FirstOrDefault(latency => latency is not null);

    /// <summary>The figures of a budget of energy; null where there is none.</summary>
    [JsonIgnore]
    public EnergyModel? Energy => Parts.Select(part => part.Energy).FirstOrDefault(model => model is not null);

    /// <summary>A budget of one part.</summary>
    public static BudgetRequest Of(BudgetUnit unit, double keep) => new([new BudgetPart(unit, keep)]);

    /// <summary>The same budgets with another fraction, each of them.</summary>
    /// <param name="keep">Fraction of the dense totals that remains, in (0, 1].</param>
    public BudgetRequest Keeping(double keep) => new([.. Parts.Select(part => part with { Keep = keep })]);

    /// <summary>The budgets whose costs add up over blocks, in units of their cost models.</summary>
    /// <param name="cost">The network's counter.</param>
    /// <param name="grids">The layers that may lose blocks.</param>
    public IReadOnlyList<PruneConstraint> Resolve(NetworkCost cost, LayerGrids grids) =>
        [.. Parts.Select(part => part.Resolve(cost, grids)).OfType<PruneConstraint>()];

    /// <inheritdoc/>
    public override string ToString() => string.Join(" and ", Parts);
}
