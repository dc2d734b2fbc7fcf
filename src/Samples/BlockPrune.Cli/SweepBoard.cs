using System.Globalization;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BlockPrune.Cli;

/// <summary>A sweep as a table that is drawn anew as it goes on: a row for each trial, with what it is at or what it found.</summary>
/// <param name="draw">Draws over what was drawn before.</param>
/// <param name="height">Lines that there are.</param>
/// <param name="time">The clock.</param>
internal sealed class SweepBoard(Action<IRenderable> draw, int height, TimeProvider? time = null) : IProgress<SweepProgress>
{
    // Borders, heads and caption, and the line of the cursor.
    private const int OtherLines = 7;

    private static readonly TimeSpan BetweenFrames = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly List<Key> _order = [];
    private readonly Dictionary<Key, string[]> _rows = [];
    private long? _lastFrame;

    public void Report(SweepProgress value)
    {
        var key = new Key(
            value.IsFinal, value.Keep, value.Block, value.Criterion.ToString(), value.Refit.ToString(), value.FineTuneEpochs,
            value.CalibrationImages);
        bool isNew = !_rows.ContainsKey(key);
        if (isNew)
        {
            _order.Add(key);
        }

        _rows[key] = [key.ToString(), .. Cells(value)];
        if (isNew || value.Result is not null || _lastFrame is not { } last || _time.GetElapsedTime(last) >= BetweenFrames)
        {
            _lastFrame = _time.GetTimestamp();
            draw(Frame(value));
        }
    }

    private Table Frame(SweepProgress value)
    {
        int shown = Math.Max(1, height - OtherLines);
        var table = new Table().RoundedBorder().Caption(Markup.Escape(Caption(value, Math.Max(0, _order.Count - shown))));
        table.AddColumns("trial", "state");
        foreach (string name in (string[])["top-1 %", "KL", "ms"])
        {
            table.AddColumn(new TableColumn(name) { NoWrap = true, Alignment = Justify.Right });
        }

        foreach (var key in _order.TakeLast(shown))
        {
            table.AddRow([.. _rows[key].Select(Markup.Escape)]);
        }

        return table;
    }

    private string Caption(SweepProgress value, int above)
    {
        string done = value.Total is { } total
            ? Text($"{value.Finished} of {total} trials done, {Math.Max(0, total - _order.Count(key => !key.IsFinal))} waiting")
            : Text($"{value.Finished} trials done");
        return above > 0 ? Text($"{done}; {above} more above") : done;
    }

    private static string[] Cells(SweepProgress value) => value switch
    {
        { Result: { Status: TrialStatus.Completed } result } =>
        [
            value.IsFromJournal ? "done before" : "done", Text($"{100 * result.Top1:F2}"), Text($"{result.Kl:F4}"),
            Text($"{result.Milliseconds:F3}"),
        ],
        { Result: { Status: TrialStatus.Stopped } stopped } => [$"stopped: {stopped.StopReason}", "", "", ""],
        { Result: { } failed } => [$"failed: {failed.Error}", "", "", ""],
        _ => [Doing(value), "", "", ""],
    };

    private static string Doing(SweepProgress value)
    {
        string worker = value.Worker is { } number ? Text($"worker {number}: ") : "";
        string stage = value.Pruning?.Stage.ToString().ToLowerInvariant() ?? "starting";
        return value.Pruning?.Share is { } share ? Text($"{worker}{stage} {100 * share:F0} %") : worker + stage;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Key(
        bool IsFinal, double Keep, BlockShape Block, string Criterion, string Refit, int Epochs, int? Images)
    {
        public override string ToString() => string.Join(
            ", ",
            new[]
            {
                IsFinal ? "final" : null, Text($"keep {Keep}"), Block.ToString(), Criterion, Refit,
                Epochs > 0 ? Text($"{Epochs} epochs") : null, Images is { } count ? Text($"{count} images") : null,
            }.OfType<string>());
    }
}
