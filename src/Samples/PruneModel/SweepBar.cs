using Microsoft.ML.BlockPruning.Sweeps;

namespace PruneModelSample;

/// <summary>The sweep as one step.</summary>
internal sealed class SweepBar(IStepDisplay display) : IProgress<SweepProgress>
{
    public void Report(SweepProgress value)
    {
        double? total = value.Total;
        display.Report("Trials", total is null ? null : value.Finished / total);
    }
}
