using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sweeps;

namespace SampleKit;

/// <summary>A sweep as two steps: the trials that the journal does not have, then the final refit.</summary>
internal sealed class SweepBar : IProgress<SweepProgress>
{
    private const string Preparing = "Reading network and images";
    private const string Trials = "Trials";

    private readonly IStepDisplay _display;
    private int _fromJournal;
    private bool _isPreparing = true;

    /// <summary>Shows at once that something runs: images are read and the dense network scores before the first trial.</summary>
    public SweepBar(IStepDisplay display)
    {
        _display = display;
        display.Report(Preparing, null);
    }

    public void Report(SweepProgress value)
    {
        if (_isPreparing)
        {
            _isPreparing = false;
            _display.Report(Preparing, 1);
        }

        if (value.IsFromJournal)
        {
            _fromJournal += value.IsFinal ? 0 : 1;
        }
        else if (value.IsFinal)
        {
            string step = $"Refit {value.Refit}";
            _display.Report(step, value.Result is null ? FractionOf(value.Pruning) : 1);
            SayStage(step, value);
        }
        else
        {
            if (value.Total is { } trials)
            {
                _display.Report(Trials, value.Finished - _fromJournal, trials - _fromJournal, "trials");
            }
            else
            {
                _display.Report(Trials, null);
            }

            SayStage(Trials, value);
        }
    }

    // One word: the bar needs the room on a narrow terminal.
    private void SayStage(string step, SweepProgress value)
    {
        if (value.Pruning is { } pruning)
        {
            _display.Say(step, pruning.Stage.ToString().ToLowerInvariant());
        }
    }

    private static double? FractionOf(PruneProgress? pruning) =>
        pruning is { Stage: PruneStage.Refitting } ? pruning.Share : null;
}
