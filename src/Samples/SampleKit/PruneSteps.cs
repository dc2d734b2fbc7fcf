using System.Globalization;
using Microsoft.ML.BlockPruning.Pruning;

namespace SampleKit;

/// <summary>Hands the library's progress on at once; <see cref="Progress{T}"/> would post it to the pool, out of order.</summary>
internal sealed class PruneSteps : IProgress<PruneProgress>
{
    private const string Preparing = "Reading the network";

    private readonly IStepDisplay _display;
    private readonly int _images;
    private bool _isPreparing = true;

    /// <summary>Shows at once that something runs: the library loads the network before its first stage.</summary>
    /// <param name="display">Shows it.</param>
    /// <param name="images">Calibration images, for the rate; 0 where that is not known.</param>
    public PruneSteps(IStepDisplay display, int images = 0)
    {
        (_display, _images) = (display, images);
        display.Report(Preparing, null);
    }

    public void Report(PruneProgress value)
    {
        if (_isPreparing)
        {
            _isPreparing = false;
            _display.Report(Preparing, 1);
        }

        string step = value.Shots > 1 && value.Stage is not (PruneStage.Reading or PruneStage.FineTuning or PruneStage.Measuring)
            ? string.Create(CultureInfo.InvariantCulture, $"{Name(value.Stage)}, shot {value.Shot} of {value.Shots}")
            : Name(value.Stage);
        if (value.Stage == PruneStage.Calibrating && _images > 0 && value.Share is { } share)
        {
            _display.Report(step, share * _images, _images, "images"); // the library counts batches
        }
        else if (value.Stage == PruneStage.Reading && value.Total > 0)
        {
            _display.Report(step, value.Done, value.Total, "images");
        }
        else
        {
            _display.Report(step, value.Share);
        }
    }

    private static string Name(PruneStage stage) => stage switch
    {
        PruneStage.Reading => "Reading images",
        PruneStage.Calibrating => "Calibrating",
        PruneStage.Scoring => "Scoring blocks",
        PruneStage.Allocating => "Allocating the budget",
        PruneStage.Refitting => "Refitting weights",
        PruneStage.FineTuning => "Fine-tuning",
        PruneStage.Measuring => "Comparing and timing",
        _ => stage.ToString(),
    };
}
