using System.Globalization;
using Microsoft.ML.BlockPruning.Sweeps;
using Spectre.Console;

namespace BlockPrune.Cli;

/// <summary>Shows a sweep: a line for each finished trial, on a terminal above a bar, elsewhere on the error stream.</summary>
internal sealed class SweepSteps(IStepDisplay display, CliOutput output) : IProgress<SweepProgress>
{
    private readonly SweepBar _bar = new(display);

    public void Report(SweepProgress value)
    {
        _bar.Report(value);
        if (value.Result is not { } result)
        {
            return;
        }

        if (output.IsWatched)
        {
            output.Console.WriteLine(LineOf(value, result)); // bars of the same console stay below it
        }
        else
        {
            output.Error.WriteLine(LineOf(value, result));
        }
    }

    // What is compared comes first: the rest may be the same in every line.
    private static string LineOf(SweepProgress value, TrialResult result)
    {
        string figures = result.Status == TrialStatus.Completed
            ? Text($"top-1 {100 * result.Top1:F2} %, {result.MultiplyAdds / 1e6:F1} M multiply-adds, {result.Seconds:F1} s")
            : $"failed: {result.Error}";
        string origin = value.IsFromJournal ? ", from the journal" : "";
        string count = value.IsFinal ? "final" : value.Total is { } all ? Text($"{value.Finished}/{all}") : Text($"{value.Finished}");
        return Text($"[{count}] keep {value.Keep}, block {value.Block}: {figures}{origin} ({value.Criterion}, {value.Refit})");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
