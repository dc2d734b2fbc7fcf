using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;

namespace Microsoft.ML.BlockPruning.Runs.Resuming;

/// <summary>Takes the times of a budget of latency once: the next measurement would choose other blocks.</summary>
internal static class StoredTimes
{
    private const string FixedKey = "fixed milliseconds";

    /// <summary>An earlier run's times, else what is measured.</summary>
    /// <param name="path">Where they are kept.</param>
    /// <param name="identity">What they must agree in.</param>
    /// <param name="grids">The layers that may lose blocks.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="measure">Takes them.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or of another run.</exception>
    public static LatencyConstraint Of(
        string path, IReadOnlyDictionary<string, string> identity, LayerGrids grids, LatencyRequest request,
        Func<LatencyConstraint> measure)
    {
        using var found = StageFiles.Find(path, identity);
        if (found is not null)
        {
            var table = Read(found, grids);
            return new LatencyConstraint(table, request.Keep * table.DenseMilliseconds);
        }

        var measured = measure();
        StageFiles.Keep(path, file => Add(file, measured.Table), identity);
        return measured;
    }

    private static void Add(StageWriter file, LatencyTable table)
    {
        file.Add(FixedKey, table.FixedMilliseconds);
        foreach (var (layer, curve) in table.Layers)
        {
            file.Add(NameOf(layer), [.. curve.Sparse, curve.Dense]);
        }
    }

    private static LatencyTable Read(StageFile file, LayerGrids grids)
    {
        var curves = new Dictionary<string, LatencyCurve>(StringComparer.Ordinal);
        foreach (var (layer, _) in grids.Layers)
        {
            double[] times = file.Doubles(NameOf(layer), file.CountOf(NameOf(layer)));
            curves.Add(layer, times.Length > 2 && times.All(time => time > 0)
                ? new LatencyCurve(times[..^1], times[^1])
                : throw file.Invalid($"tensor '{NameOf(layer)}' holds no times of a layer"));
        }

        double fixedPart = file.Number(FixedKey);
        return fixedPart >= 0
            ? new LatencyTable(fixedPart, curves)
            : throw file.Invalid($"'{FixedKey}' is {fixedPart}, expected 0 or more");
    }

    private static string NameOf(string layer) => $"milliseconds of {layer}";
}
