using System.Globalization;
using Microsoft.ML.BlockPruning.Sweeps;

namespace Microsoft.ML.BlockPruning.Reporting.Text;

/// <summary>A sweep in sentences and in the cells of a table: what page and Markdown have in common.</summary>
internal static class SweepWords
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>What to take and why, in plain words.</summary>
    public static IEnumerable<string> Answer(SweepReport report)
    {
        int failed = Failures(report).Count, stopped = Stops(report).Count;
        string early = stopped > 0 ? string.Create(Invariant, $", {stopped} stopped early") : "";
        string counted = string.Create(Invariant, $"{report.Trials.Count} trials, {failed} of them failed{early}.");
        if (report.Recommended is not { } taken)
        {
            yield return $"There is nothing to recommend: no trial was completed. {counted}";
            yield break;
        }

        // The model that is saved has the final refit, so its figures are said first; trials are compared with each other by theirs.
        var model = report.Answer!;
        yield return $"Take {model.Trial}.";
        yield return Accuracy(model, report.Dense);
        if (Error(model, report.Dense) is { } error)
        {
            yield return error;
        }

        yield return Costs(model, report.Dense);
        yield return $"{Reason(report, taken)} {counted}";
        if (report.Final is { } refitted)
        {
            yield return refitted.IsCompleted
                ? $"As a trial, with the refit {taken.Refit}, it found the class of {Hundredths(100 * taken.Top1)} %; "
                    + "the trials below have theirs."
                : $"Its refit {refitted.Refit} failed, so this is the trial with the refit {taken.Refit}: {refitted.Error}";
        }
    }

    /// <summary>One row a trial, the first row their heads.</summary>
    public static IReadOnlyList<string[]> Trials(SweepReport report)
    {
        var front = ParetoFront.Of(report.Trials, TrialCost.MultiplyAdds);
        return
        [
            ["trial", "top-1 %", "points", "KL, nats", "M MACs", "MB", "ms", "seconds", ""],
            .. report.References.Select(point => new[]
            {
                point.Name, Hundredths(100 * point.Top1), Points(point, report.Dense), "-",
                ReportTables.Number(point.MultiplyAdds / 1e6), ReportTables.Number(point.Bytes / 1e6),
                ReportTables.Number(point.Milliseconds), "-", "",
            }),
            .. report.Trials.Select(trial => new[]
            {
                trial.Trial.ToString(), Hundredths(100 * trial.Top1), Points(trial.Top1, report.Dense), ReportTables.Number(trial.Kl),
                ReportTables.Number(trial.MultiplyAdds / 1e6), ReportTables.Number(trial.Bytes / 1e6),
                ReportTables.Number(trial.Milliseconds), trial.Seconds.ToString("0.0", Invariant), Verdict(report, trial, front),
            }),
        ];
    }

    /// <summary>What the columns of <see cref="Trials"/> mean.</summary>
    public static string Legend =>
        "points: top-1 less the dense network's; KL: of the softmax outputs, dense to pruned; M MACs, MB, ms: of one image at batch 1; "
        + "best: no trial is as accurate for fewer multiply-adds.";

    /// <summary>Trials that failed, each with what it died of.</summary>
    public static IReadOnlyList<string> Failures(SweepReport report) =>
        [.. report.Trials.Where(trial => trial.Status == TrialStatus.Failed).Select(trial => $"{trial.Trial}: {trial.Error}")];

    /// <summary>Trials that were stopped early, each with what it was going to be worse than.</summary>
    public static IReadOnlyList<string> Stops(SweepReport report) =>
        [.. report.Trials.Where(trial => trial.Status == TrialStatus.Stopped).Select(trial => $"{trial.Trial}: {trial.StopReason}")];

    private static string Accuracy(TrialResult taken, ReferencePoint? dense)
    {
        string found = $"It finds the class of {Hundredths(100 * taken.Top1)} % of";
        return dense switch
        {
            { Top1: { } before, Images: { } count } => string.Create(
                Invariant,
                $"{found} {count:#,0} validation images, {Difference((int)Math.Round((taken.Top1!.Value - before) * count))} "
                + $"the dense network ({Hundredths(100 * before)} %)."),
            { Top1: { } before } => $"{found} the validation images, the dense network of {Hundredths(100 * before)} %.",
            _ => $"{found} the validation images; what the dense network finds is not known.",
        };
    }

    private static string? Error(TrialResult taken, ReferencePoint? dense) =>
        SweepReport.ErrorOf(taken, dense) is { } error && dense?.Top1 is not null
        ? string.Create(
            Invariant,
            $"Against the dense network that is {Points(taken.Top1, dense)} ± {100 * error:0.00} points of top-1 (standard error, "
            + $"{(taken.Top1StandardError is null ? "at most" : "both on the same images")}).")
        : null;

    private static string Difference(int images) => images switch
    {
        0 => "as many as",
        < 0 => string.Create(Invariant, $"{-images} fewer than"),
        _ => string.Create(Invariant, $"{images} more than"),
    };

    private static string Costs(TrialResult taken, ReferencePoint? dense)
    {
        string speed = dense?.Milliseconds / taken.Milliseconds is { } factor
            ? string.Create(Invariant, $" ({factor:0.00} times as fast as dense)")
            : "";
        return $"It needs {Part(taken.MultiplyAdds / 1e6, dense?.MultiplyAdds / 1e6)} million multiply-adds per image, "
            + $"{Part(taken.Bytes / 1e6, dense?.Bytes / 1e6)} MB of weights and "
            + $"{Part(taken.Milliseconds, dense?.Milliseconds)} ms per image{speed}.";
    }

    private static string Reason(SweepReport report, TrialResult taken)
    {
        double points = 100 * report.MaximumDrop;
        string drop = string.Create(Invariant, $"{points:0.##} {(points == 1 ? "point" : "points")} of top-1");
        if (report.Dense?.Top1 is not { } dense)
        {
            return "Of all trials it is the most accurate one.";
        }

        return AccuracyLimit.Holds(taken, dense, report.MaximumDrop)
            ? $"Of the trials that lose at most {drop} it has the fewest multiply-adds."
            : $"No trial loses at most {drop}, so this is the most accurate one: more of the network must stay.";
    }

    private static string Verdict(SweepReport report, TrialResult trial, IReadOnlyList<TrialResult> front) => trial switch
    {
        { Status: TrialStatus.Failed } => "failed",
        { Status: TrialStatus.Stopped } => "stopped",
        _ when ReferenceEquals(trial, report.Recommended) => "recommended",
        _ when front.Any(one => ReferenceEquals(one, trial)) => "best",
        _ => "",
    };

    private static string Part(double? part, double? whole) =>
        whole is null ? ReportTables.Number(part) : $"{ReportTables.Number(part)} of {ReportTables.Number(whole)}";

    // On other images the difference would be the images', not the network's.
    private static string Points(ReferencePoint point, ReferencePoint? dense) =>
        point.Images is { } images && images != dense?.Images ? "-" : Points(point.Top1, dense);

    private static string Points(double? top1, ReferencePoint? dense) =>
        100 * (top1 - dense?.Top1) is { } points ? points.ToString("+0.00;-0.00;0.00", Invariant) : "-";

    private static string Hundredths(double? value) => value?.ToString("0.00", Invariant) ?? "-";
}
