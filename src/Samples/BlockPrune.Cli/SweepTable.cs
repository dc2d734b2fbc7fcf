using System.Globalization;
using Microsoft.ML.BlockPruning.Sweeps;
using Spectre.Console;

namespace BlockPrune.Cli;

/// <summary>A sweep's trials as a table of 80 characters: what all of them share stands in its caption.</summary>
internal static class SweepTable
{
    private const string All = "all";
    private static readonly string[] FigureNames = ["top-1 %", "KL", "M MACs", "MB", "ms", "front"];

    /// <param name="trials">All of them, one at least.</param>
    /// <param name="front">Those that no other beats; they have a star.</param>
    public static Table Of(IReadOnlyList<TrialResult> trials, IReadOnlyList<TrialResult> front)
    {
        List<(string Name, string? Usual, Func<TrialResult, string> Of)> methods =
        [
            ("criterion", null, trial => trial.Criterion.ToString()),
            ("refit", null, trial => trial.Refit.ToString()),
            ("epochs", "0", trial => Text($"{trial.FineTuneEpochs}")),
            ("images", All, trial => trial.CalibrationImages is { } some ? Text($"{some}") : All),
        ];
        var told = methods.Where(method => trials.Select(method.Of).Distinct().Count() > 1).ToList();
        string shared = string.Join(", ", methods.Except(told)
            .Select(method => (method.Name, method.Usual, Value: method.Of(trials[0])))
            .Where(method => method.Value != method.Usual)
            .Select(method => $"{method.Name} {method.Value}"));
        var table = new Table().RoundedBorder();
        table.AddColumns(["keep", "block", .. told.Select(method => method.Name)]);
        foreach (string name in FigureNames)
        {
            table.AddColumn(new TableColumn(name) { NoWrap = true, Alignment = Justify.Right });
        }

        foreach (var trial in trials)
        {
            table.AddRow(
            [
                Text($"{trial.Keep}"), trial.Block.ToString(), .. told.Select(method => Markup.Escape(method.Of(trial))), .. Figures(trial),
                front.Contains(trial) ? "*" : "",
            ]);
        }

        return shared.Length == 0 ? table : table.Caption(Markup.Escape($"all: {shared}"));
    }

    /// <summary>Which of the choices matter: shares of the variance between trials.</summary>
    public static Table Of(SweepImportance importance)
    {
        var table = new Table().RoundedBorder().Caption(Text($"shares of the variance between {importance.Trials} trials, each by itself"));
        table.AddColumns("varied", "of top-1", "at equal keep", "of KL", "at equal keep");
        foreach (var one in importance.Dimensions)
        {
            table.AddRow(
                one.Dimension.ToString(), Percent(one.Top1), Percent(one.Top1AtEqualKeep), Percent(one.Kl), Percent(one.KlAtEqualKeep));
        }

        if (importance is { Top1Together: { } top1, KlTogether: { } kl })
        {
            table.AddRow("only together", Percent(top1), "", Percent(kl), "");
        }

        return table;
    }

    private static string Percent(double? share) => share is { } known ? Text($"{100 * known:F1} %") : "";

    private static string[] Figures(TrialResult trial) => trial.Status == TrialStatus.Completed
        ?
        [
            Text($"{100 * trial.Top1:F2}"), Text($"{trial.Kl:F4}"), Text($"{trial.MultiplyAdds / 1e6:F1}"), Text($"{trial.Bytes / 1e6:F2}"),
            Text($"{trial.Milliseconds:F3}"),
        ]
        : [trial.Status == TrialStatus.Stopped ? "stopped" : "[red]failed[/]", "", "", "", ""];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
