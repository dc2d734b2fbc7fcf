using Microsoft.ML.BlockPruning.Pruning;

namespace SampleKit;

/// <summary>Hands the library's progress on at once; <see cref="Progress{T}"/> would post it to the pool, out of order.</summary>
internal sealed class PruneSteps(IStepDisplay display) : IProgress<PruneProgress>
{
    public void Report(PruneProgress value) =>
        display.Report(Name(value.Stage), value.Total == 0 ? 1 : (double)value.Done / value.Total);

    private static string Name(PruneStage stage) => stage switch
    {
        PruneStage.Calibrating => "Calibrating",
        PruneStage.Scoring => "Scoring blocks",
        PruneStage.Allocating => "Allocating the budget",
        PruneStage.Refitting => "Refitting weights",
        PruneStage.FineTuning => "Fine-tuning",
        _ => stage.ToString(),
    };
}
