using System.Globalization;
using Microsoft.ML.BlockPruning.Sweeps;
using Spectre.Console;

namespace BlockPrune.Cli;

/// <summary>A sweep as lines, one for each finished trial: on the error stream, or on a terminal without room for a table.</summary>
internal sealed class SweepSteps(IStepDisplay display, CliOutput output) : IProgress<SweepProgress>
{
    private readonly SweepBar _bar = new(display);

    /// <summary>Runs a sweep below a table that goes on with it where a person watches and there is room; elsewhere with lines.</summary>
    public static T Run<T>(CliOutput output, Func<IProgress<SweepProgress>, T> sweep) =>
        output.IsWatched && LiveSteps.HasRoom(output.Console)
            ? output.Console.Live(new Text("Reading network and images")).AutoClear(true).Start(
                live => sweep(new SweepBoard(live.UpdateTarget, output.Console.Profile.Height)))
            : output.Steps(display => sweep(new SweepSteps(display, output)));

    public void Report(SweepProgress value)
    {
        _bar.Report(value);
        if (value.Result is not { } result)
        {
            return;
        }

        if (output.IsWatched)
        {
            output.Console.WriteLine(LineOf(value, result));
        }
        else
        {
            output.Error.WriteLine(LineOf(value, result));
        }
    }

    // What is compared comes first: the rest may be the same in every line.
    private static string LineOf(SweepProgress value, TrialResult result)
    {
        string figures = result.Status switch
        {
            TrialStatus.Completed =>
                Text($"top-1 {100 * result.Top1:F2} %, {result.MultiplyAdds / 1e6:F1} M multiply-adds, {result.Seconds:F1} s"),
            TrialStatus.Stopped => $"stopped: {result.StopReason}",
            _ => $"failed: {result.Error}",
        };
        string origin = value.IsFromJournal ? ", from the journal" : "";
        string count = value.IsFinal ? "final" : value.Total is { } all ? Text($"{value.Finished}/{all}") : Text($"{value.Finished}");
        return Text($"[{count}] keep {value.Keep}, block {value.Block}: {figures}{origin} ({value.Criterion}, {value.Refit})");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
