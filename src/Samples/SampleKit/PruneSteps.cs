using Microsoft.ML.BlockPruning.Pruning;

namespace SampleKit;

/// <summary>Hands the library's progress on at once; <see cref="Progress{T}"/> would post it to the pool, out of order.</summary>
/// <param name="display">Shows it.</param>
/// <param name="images">Calibration images, for the rate; 0 where that is not known.</param>
internal sealed class PruneSteps(IStepDisplay display, int images = 0) : IProgress<PruneProgress>
{
    public void Report(PruneProgress value)
    {
        double fraction = value.Total == 0 ? 1 : (double)value.Done / value.Total;
        if (value.Stage == PruneStage.Calibrating && images > 0)
        {
            display.Report(Name(value.Stage), fraction * images, images, "images"); // the library counts batches
        }
        else
        {
            display.Report(Name(value.Stage), fraction);
        }
    }

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
