using Microsoft.ML.BlockPruning.Pruning;

namespace Microsoft.ML.BlockPruning.Samples.Tests.SampleKit;

/// <summary>The library's stages as steps with names.</summary>
[TestClass]
public sealed class PruneStepsTests
{
    private readonly SetTime _time = new();
    private readonly List<string> _lines = [];

    [TestMethod]
    public void Stages_HaveNamesAndEveryShotItsOwn()
    {
        using var display = new LineSteps(_lines.Add, time: _time);
        var steps = new PruneSteps(display, images: 40);
        _time.Pass(1);
        Report(steps, PruneStage.Reading, 1, 1);
        Report(steps, PruneStage.Calibrating, 1, 2);
        Report(steps, PruneStage.Refitting, 1, 2);
        Report(steps, PruneStage.Refitting, 2, 2);
        Report(steps, PruneStage.Measuring, 1, 1);

        CollectionAssert.AreEqual(
            new[]
            {
                "Reading the network: 1.0 s", "Reading images: 2.0 s, 2.00 images/s", "Calibrating, shot 1 of 2: 2.0 s, 20.0 images/s",
                "Refitting weights, shot 1 of 2: 2.0 s", "Refitting weights, shot 2 of 2: 2.0 s", "Comparing and timing: 2.0 s",
            },
            _lines);
    }

    [TestMethod]
    public void Stage_IsShownByItsShareNotByItsSteps()
    {
        using var display = new LineSteps(_lines.Add, time: _time);
        var steps = new PruneSteps(display);
        steps.Report(new PruneProgress(PruneStage.Scoring, 0, 100) { Share = 0 });
        steps.Report(new PruneProgress(PruneStage.Scoring, 90, 100) { Share = 0.25 });
        _time.Pass(10);

        StringAssert.StartsWith(_lines[^1], "Scoring blocks: 25 %");
    }

    private void Report(PruneSteps steps, PruneStage stage, int shot, int shots)
    {
        steps.Report(new PruneProgress(stage, 0, 4, shot, shots));
        _time.Pass(2);
        steps.Report(new PruneProgress(stage, 4, 4, shot, shots));
    }
}
