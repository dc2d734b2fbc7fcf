using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Stopping;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Stopping;

/// <summary>Two criteria at three kept fractions; all that stops the last trial of the second is there, then one thing is not.</summary>
[TestClass]
public sealed class EarlyStoppingTests
{
    private const int Images = 40;

    private static readonly SweepSpace Space = SweepToys.Space(
        [0.9, 0.7, 0.5], [new BlockShape(8, 8), new BlockShape(16, 16)], [PruneCriterion.ObsPath, PruneCriterion.Taylor]);

    private static readonly Trial Asked = SweepToys.Trial(0.5) with { Criterion = PruneCriterion.Taylor };

    [TestMethod]
    public void Stop_OfWhatWasWorseAtBothNeighbours_NamesTheBetterOne()
    {
        var stopped = Stop(WorseAtBoth())!;

        Assert.AreEqual(Asked, stopped.Trial);
        Assert.AreEqual(TrialStatus.Stopped, stopped.Status);
        StringAssert.StartsWith(stopped.StopReason, $"worse than {SweepToys.Trial(0.5)} is at keep 0.7 and 0.9, image by image: p = ");
    }

    /// <summary>All of n differences are above zero: p = 2⁻ⁿ. Rivals 1, kept fractions 3, so that the level is 0.01 / 3.</summary>
    [TestMethod]
    [DataRow(8, false)]
    [DataRow(9, true)]
    public void Stop_TakesAsManyImagesAsTheLevelAsksFor(int images, bool isStopped) =>
        Assert.AreEqual(isStopped, Stop(WorseAtBoth(images)) is not null);

    [TestMethod]
    public void Stop_NeedsTheBetterOneAtTheTrialsOwnKeep() => AssertRuns(SweepToys.Trial(0.5), null);

    [TestMethod]
    public void Stop_NeedsBothNeighbours()
    {
        AssertRuns(Asked with { Keep = 0.9 }, null);
        AssertRuns(SweepToys.Trial(0.9), null);
        AssertRuns(Asked with { Keep = 0.7 }, TrialResult.FailureOf(Asked with { Keep = 0.7 }, "out of luck", 1));
        AssertRuns(Asked with { Keep = 0.7 }, SweepToys.Result(Asked with { Keep = 0.7 }, 0.8, 100, Answers(0.1f)));
    }

    [TestMethod]
    public void Stop_DoesNotGoAgainstTop1NorByACheaperNetwork()
    {
        AssertRuns(Asked with { Keep = 0.7 }, SweepToys.Result(Asked with { Keep = 0.7 }, 0.86, 100, Answers(0.2f)));
        AssertRuns(Asked with { Keep = 0.7 }, SweepToys.Result(Asked with { Keep = 0.7 }, 0.8, 98, Answers(0.2f)));
    }

    /// <summary>Of 0.85 against 0.86: √(0.006² + 0.006²) is 0.0085, √(0.008² + 0.008²) is 0.0113.</summary>
    [TestMethod]
    [DataRow(0.006, false)]
    [DataRow(0.008, true)]
    public void Stop_TakesADifferenceOfTop1WithinItsStandardErrorForNone(double standardError, bool isStopped)
    {
        var finished = WorseAtBoth();
        var worse = Asked with { Keep = 0.7 };
        finished[worse] = SweepToys.Result(worse, 0.86, 100, Answers(0.2f), standardError);
        var better = SweepToys.Trial(0.7);
        finished[better] = SweepToys.Result(better, 0.85, 100, Answers(0.1f), standardError);

        Assert.AreEqual(isStopped, Stop(finished) is not null);
    }

    [TestMethod]
    public void Stop_NeedsFiniteAnswersToTheSameImages()
    {
        var worse = Asked with { Keep = 0.7 };
        AssertRuns(worse, SweepToys.Result(worse, 0.8, 100));
        AssertRuns(worse, SweepToys.Result(worse, 0.8, 100, Answers(0.2f, Images + 1)));
        AssertRuns(worse, SweepToys.Result(worse, 0.8, 100, [.. Answers(0.2f).Skip(1), float.NaN]));
    }

    [TestMethod]
    public void Stop_ComparesNeitherBlocksNorRefitsNorPreliminaryRounds()
    {
        foreach (var other in new[]
        {
            Asked with { Block = new BlockShape(16, 16) }, Asked with { Refit = PruneRefit.None }, Asked with { CalibrationImages = 100 },
        })
        {
            var finished = WorseAtBoth();
            foreach (double keep in new[] { 0.9, 0.7 })
            {
                var trial = other with { Keep = keep };
                finished.Add(trial, SweepToys.Result(trial, 0.8, 100, Answers(0.2f)));
            }

            Assert.IsNull(new EarlyStopping(Space, 0.01).Stop(other, finished));
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(double.NaN)]
    public void Check_RefusesWhatIsNoSignificance(double significance) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => EarlyStopping.Check(significance));

    private static void AssertRuns(Trial trial, TrialResult? by)
    {
        var finished = WorseAtBoth();
        Assert.IsTrue(finished.Remove(trial));
        if (by is not null)
        {
            finished.Add(trial, by);
        }

        Assert.IsNull(Stop(finished), $"{trial} {by?.Status}");
    }

    private static TrialResult? Stop(Dictionary<Trial, TrialResult> finished) => new EarlyStopping(Space, 0.01).Stop(Asked, finished);

    private static Dictionary<Trial, TrialResult> WorseAtBoth(int images = Images)
    {
        var better = new[] { 0.9, 0.7, 0.5 }.Select(keep => SweepToys.Result(SweepToys.Trial(keep), 0.85, 100, Answers(0.1f, images)));
        var worse = new[] { 0.9, 0.7 }.Select(
            keep => SweepToys.Result(Asked with { Keep = keep }, 0.8, 100, Answers(0.2f, images)));
        return better.Concat(worse).ToDictionary(result => result.Trial);
    }

    private static float[] Answers(float kl, int images = Images) => [.. Enumerable.Range(1, images).Select(image => kl * image)];
}
