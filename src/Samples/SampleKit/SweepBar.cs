using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sweeps;

namespace SampleKit;

/// <summary>A sweep as two steps: the trials that the journal does not have, then the final refit.</summary>
internal sealed class SweepBar(IStepDisplay display) : IProgress<SweepProgress>
{
    private const string Trials = "Trials";

    private int _fromJournal;

    public void Report(SweepProgress value)
    {
        if (value.IsFromJournal)
        {
            _fromJournal += value.IsFinal ? 0 : 1;
        }
        else if (value.IsFinal)
        {
            string step = $"Refit {value.Refit}";
            display.Report(step, value.Result is null ? FractionOf(value.Pruning) : 1);
            SayStage(step, value);
        }
        else
        {
            if (value.Total is { } trials)
            {
                display.Report(Trials, value.Finished - _fromJournal, trials - _fromJournal, "trials");
            }
            else
            {
                display.Report(Trials, null);
            }

            SayStage(Trials, value);
        }
    }

    // One word: the bar needs the room on a narrow terminal.
    private void SayStage(string step, SweepProgress value)
    {
        if (value.Pruning is { } pruning)
        {
            display.Say(step, pruning.Stage.ToString().ToLowerInvariant());
        }
    }

    private static double? FractionOf(PruneProgress? pruning) =>
        pruning is { Stage: PruneStage.Refitting, Total: > 0 } ? (double)pruning.Done / pruning.Total : null;
}
