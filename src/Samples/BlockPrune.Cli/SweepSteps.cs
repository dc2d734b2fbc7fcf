using System.Globalization;
using Microsoft.ML.BlockPruning.Sweeps;

namespace BlockPrune.Cli;

/// <summary>Shows a sweep: a bar on a terminal, elsewhere a line on the error stream for each finished trial.</summary>
internal sealed class SweepSteps(IStepDisplay display, CliOutput output) : IProgress<SweepProgress>
{
    private readonly SweepBar _bar = new(display);

    public void Report(SweepProgress value)
    {
        _bar.Report(value);
        if (value.Result is { } result && !output.IsWatched)
        {
            string origin = value.IsFromJournal ? ", from the journal" : "";
            string figures = result.Status == TrialStatus.Completed
                ? string.Create(CultureInfo.InvariantCulture, $"top-1 {100 * result.Top1:F2} %, {result.Seconds:F1} s")
                : $"failed: {result.Error}";
            string count = value.IsFinal ? "final" : value.Total is { } all ? $"{value.Finished}/{all}" : $"{value.Finished}";
            output.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"[{count}] keep {value.Keep}, block {value.Block}, {value.Criterion}, {value.Refit}: {figures}{origin}"));
        }
    }
}
