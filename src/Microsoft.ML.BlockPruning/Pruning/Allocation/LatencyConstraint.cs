using System.Globalization;
using Microsoft.ML.BlockPruning.Pruning.Budgets;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>A budget of time, by a measured table.</summary>
/// <param name="Table">The times.</param>
/// <param name="Limit">Upper bound in milliseconds, the fixed part included.</param>
internal sealed record LatencyConstraint(LatencyTable Table, double Limit)
{
    public bool KeepsAll => Limit >= Table.DenseMilliseconds;

    /// <summary>Milliseconds where every layer keeps its floor alone.</summary>
    /// <param name="grids">The layers that may lose blocks.</param>
    /// <param name="rules">Their floors.</param>
    public double LeastMilliseconds(LayerGrids grids, LayerRules rules) => Table.FixedMilliseconds + grids.Layers.Sum(layer =>
    {
        int total = layer.Blocks.TotalBlocks;
        var curve = Table.Layers[layer.Name];
        int kept = layer.Blocks.KeptBlocks;
        double sparse = curve.At(Math.Min(LayerAllocation.FloorOf(layer.Blocks, rules.FloorOf(layer.Name)), kept), total);
        return kept == total ? Math.Min(curve.Dense, sparse) : sparse; // what lost blocks is dense no more
    });

    /// <summary>Why it cannot be met, and the nearest that can; null where it can be.</summary>
    /// <param name="grids">The layers that may lose blocks.</param>
    /// <param name="rules">Their floors.</param>
    public string? Unmet(LayerGrids grids, LayerRules rules)
    {
        double least = LeastMilliseconds(grids, rules);
        double dense = Table.DenseMilliseconds;
        return Limit >= least ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"The budget keeps {Limit / dense:0.####} of the latency, {dense:0.###} ms here, but {least / dense:0.####} cannot be removed: "
            + $"{Table.FixedMilliseconds / dense:0.####} are fixed, the rest is what the layers take at their floors. "
            + $"Keep at least {Math.Ceiling(least / dense * 10_000) / 10_000:0.####} of the latency, or lower the floors.");
    }
}
