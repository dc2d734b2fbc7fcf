using System.Globalization;
using Microsoft.ML.BlockPruning.Reporting.Text;
using Microsoft.ML.BlockPruning.Sweeps;

namespace Microsoft.ML.BlockPruning.Reporting.Plots;

/// <summary>Accuracy against each cost, with the front of the trials.</summary>
internal static class SweepPlots
{
    private static readonly TrialCost[] Costs = [TrialCost.MultiplyAdds, TrialCost.Bytes, TrialCost.Milliseconds];

    /// <summary>The plots; none where no trial was completed.</summary>
    public static IEnumerable<(TrialCost Cost, ScatterPlot Plot)> Of(SweepReport report) =>
        report.Recommended is null ? [] : Costs.Select(cost => (cost, Of(report, cost)));

    /// <summary>The name of a plot's file.</summary>
    public static string FileOf(string plotName, TrialCost cost) => $"{plotName}-{WordsOf(cost).File}.svg";

    private static ScatterPlot Of(SweepReport report, TrialCost cost)
    {
        var front = ParetoFront.Of(report.Trials, cost);
        var trials = report.Trials.Where(trial => trial.IsCompleted)
            .Select(trial => (Trial: trial, Point: PointOf(report, trial, cost, front))).ToList();
        var references = report.References.Where(point => CostOf(point, cost) is not null && point.Top1 is not null)
            .Select(point => new PlotPoint(
                CostOf(point, cost)!.Value / WordsOf(cost).Unit, 100 * point.Top1!.Value,
                point.IsDense ? PlotMark.Dense : PlotMark.Reference, point.IsDense ? "" : point.Name,
                Tip(point.Name, point.Top1.Value, CostOf(point, cost)!.Value, cost)));
        return new ScatterPlot
        {
            Title = $"Top-1 against {WordsOf(cost).Title}",
            XTitle = WordsOf(cost).Axis,
            YTitle = "top-1, % of the validation images",
            Points = [.. trials.Select(trial => trial.Point), .. references],
            Line = [.. front.Select(trial => trials.First(pair => ReferenceEquals(pair.Trial, trial)).Point)],
        };
    }

    private static PlotPoint PointOf(SweepReport report, TrialResult trial, TrialCost cost, IReadOnlyList<TrialResult> front)
    {
        bool isTaken = ReferenceEquals(trial, report.Recommended);
        bool isInFront = front.Any(one => ReferenceEquals(one, trial));
        return new PlotPoint(
            ParetoFront.CostOf(trial, cost) / WordsOf(cost).Unit,
            100 * trial.Top1!.Value,
            isTaken ? PlotMark.Recommended : isInFront ? PlotMark.Front : PlotMark.Trial,
            isTaken || isInFront ? trial.Keep.ToString("0.###", CultureInfo.InvariantCulture) : "",
            Tip(trial.Trial.ToString(), trial.Top1.Value, ParetoFront.CostOf(trial, cost), cost));
    }

    private static double? CostOf(ReferencePoint point, TrialCost cost) => cost switch
    {
        TrialCost.MultiplyAdds => point.MultiplyAdds,
        TrialCost.Bytes => point.Bytes,
        _ => point.Milliseconds,
    };

    private static (string Title, string Axis, double Unit, string File) WordsOf(TrialCost cost) => cost switch
    {
        TrialCost.MultiplyAdds => ("multiply-adds", "million multiply-adds per image", 1e6, "multiply-adds"),
        TrialCost.Bytes => ("size", "MB of weights", 1e6, "bytes"),
        _ => ("time", "ms per image, batch 1, measured", 1, "milliseconds"),
    };

    private static string Tip(string name, double top1, double cost, TrialCost kind) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: top-1 {100 * top1:F2} %, {ReportTables.Number(cost / WordsOf(kind).Unit)} {WordsOf(kind).Axis}");
}
