using System.Diagnostics;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sweeps;

namespace PruneModelSample;

/// <summary>Says how far a run is: a line that changes on a terminal; in a pipe a line now and then, and one when a step ends.</summary>
/// <param name="output">Takes the lines.</param>
/// <param name="isTerminal">Whether a line can be written over.</param>
internal sealed class StepLines(TextWriter output, bool isTerminal) : IProgress<PruneProgress>, IProgress<SweepProgress>
{
    private readonly TimeSpan _interval = isTerminal ? TimeSpan.FromSeconds(0.2) : TimeSpan.FromSeconds(10);
    private readonly Stopwatch _step = new();
    private readonly Stopwatch _said = new();
    private readonly Lock _gate = new();
    private string? _name;
    private int _width;

    /// <summary>Tells of a step; its first report begins it, 1 ends it.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="fraction">How much of it is done, in [0, 1]; null where that is not known.</param>
    public void Report(string name, double? fraction)
    {
        lock (_gate)
        {
            if (name != _name)
            {
                _name = name;
                _step.Restart();
                _said.Reset();
            }

            if (fraction >= 1)
            {
                Write($"{name}: {_step.Elapsed.TotalSeconds:F1} s", isLast: true);
                _name = null;
            }
            else if (_said.IsRunning ? _said.Elapsed >= _interval : isTerminal || _step.Elapsed >= _interval)
            {
                string done = fraction is { } known ? FormattableString.Invariant($"{known:P0} after ") : "";
                Write($"{name}: {done}{_step.Elapsed.TotalSeconds:F0} s", isLast: false);
                _said.Restart();
            }
        }
    }

    /// <inheritdoc/>
    public void Report(PruneProgress value) => Report(NameOf(value.Stage), value.Share);

    /// <inheritdoc/>
    public void Report(SweepProgress value)
    {
        string trial = FormattableString.Invariant($"{(value.IsFinal ? "Refit" : "Trial")} of keep {value.Keep}");
        if (value.Result is { } result)
        {
            string figures = result.Top1 is { } top1 ? FormattableString.Invariant($"top-1 {100 * top1:F2} %") : $"failed: {result.Error}";
            End($"{trial}: {figures}{(value.IsFromJournal ? ", from the journal" : "")}");
        }
        else if (value.Pruning is { } pruning)
        {
            // Below 1: what ends a stage does not end the trial.
            Report($"{trial}: {NameOf(pruning.Stage)}", pruning.Share is { } share ? Math.Min(share, 0.99) : null);
        }
    }

    private void End(string line)
    {
        lock (_gate)
        {
            Write($"{line}", isLast: true);
            _name = null;
        }
    }

    private static string NameOf(PruneStage stage) => stage switch
    {
        PruneStage.Reading => "Reading the images",
        PruneStage.Calibrating => "Calibrating",
        PruneStage.Scoring => "Scoring blocks",
        PruneStage.Allocating => "Allocating the budget",
        PruneStage.Refitting => "Refitting weights",
        _ => stage.ToString(),
    };

    private void Write(FormattableString text, bool isLast)
    {
        string line = PruneModelCommand.Printable(FormattableString.Invariant(text));
        if (isTerminal)
        {
            output.Write($"\r{line.PadRight(_width)}{(isLast ? Environment.NewLine : "")}");
            _width = isLast ? 0 : line.Length;
        }
        else
        {
            output.WriteLine(line);
        }

        output.Flush();
    }
}
