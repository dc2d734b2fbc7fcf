using Microsoft.ML.BlockPruning.Sweeps;

namespace SampleKit;

/// <summary>A sweep as two steps: its trials, then the final refit.</summary>
internal sealed class SweepBar(IStepDisplay display) : IProgress<SweepProgress>
{
    private const string Trials = "Trials";

    public void Report(SweepProgress value)
    {
        if (value.IsFinal)
        {
            display.Report($"Refit {value.Refit}", value.Result is null ? null : 1);
        }
        else if (value.Total is { } trials)
        {
            display.Report(Trials, value.Finished, trials, "trials");
        }
        else
        {
            display.Report(Trials, null);
        }
    }
}
