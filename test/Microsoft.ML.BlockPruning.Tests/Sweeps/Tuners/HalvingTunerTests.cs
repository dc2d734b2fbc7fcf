using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Tuners;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Tuners;

[TestClass]
public sealed class HalvingTunerTests
{
    private const int Images = 960;
    private static readonly double[] Keeps = [0.7, 0.4];

    // Ten families: their place in this list is what the toy's KL depends on.
    private static readonly SweepSpace Space = SweepToys.Space(
        Keeps, [.. Enumerable.Range(1, 5).Select(i => new BlockShape(8 * i, 8))], [PruneCriterion.ObsPath, PruneCriterion.Magnitude]);

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    public void Next_FindsTheBestFamilyOfEachKeepWhereEarlyRoundsRankAsTheLast(int factor)
    {
        // What few images add to the KL is the same for all families.
        var results = SweepToys.Exhaust(
            new HalvingTuner(factor, leastImages: 1), Space, trial => Judge(trial, 1.0 / (trial.CalibrationImages ?? Images)),
            calibrationImages: Images);

        foreach (double keep in Keeps)
        {
            var best = Space.Families.Select(family => Judge(family.At(keep), 0)).MinBy(result => result.Kl)!; // by brute force
            var found = results.Single(result => result.Keep == keep && result.CalibrationImages is null);
            Assert.AreEqual(best.Trial, found.Trial);
        }
    }

    [TestMethod]
    public void Next_RunsTheRoundsOfThePaper()
    {
        var results = SweepToys.Exhaust(
            new HalvingTuner(factor: 3, leastImages: 1), Space, trial => Judge(trial, 0), calibrationImages: Images);

        // Hyperband's bracket of ten: s = ⌈log₃ 10⌉ = 3; 10, 4, 2, 1 families; 960 / 27, 960 / 9, 960 / 3, 960 images.
        var rounds = results.Where(result => result.Keep == 0.7).GroupBy(result => result.CalibrationImages ?? Images)
            .Select(round => (round.Key, round.Count())).ToArray();
        CollectionAssert.AreEqual(new[] { (35, 10), (106, 4), (320, 2), (960, 1) }, rounds);
        Assert.IsLessThan(10 * Images, rounds.Sum(round => round.Key * round.Item2), "a grid's ten trials on all images");
        Assert.AreEqual(results.Count, new HalvingTuner(3, 1).CountIn(State(Images)));
    }

    [TestMethod]
    public void Next_DropsTheWorstOfEachRound()
    {
        // Early rounds rank the other way round, so that the best by all images must not come through.
        var results = SweepToys.Exhaust(
            new HalvingTuner(factor: 2, leastImages: 1), Space,
            trial => Judge(trial, trial.CalibrationImages is null ? 0 : -2 * Judge(trial, 0).Kl!.Value), calibrationImages: Images);

        var worst = Space.Families.Select(family => Judge(family.At(0.7), 0)).MaxBy(result => result.Kl)!;
        Assert.AreEqual(worst.Trial, results.Single(result => result.Keep == 0.7 && result.CalibrationImages is null).Trial);
    }

    [TestMethod]
    public void Next_IsTheGridWhereThereAreTooFewImagesToRation()
    {
        var results = SweepToys.Exhaust(
            new HalvingTuner(factor: 3, leastImages: 64), Space, trial => Judge(trial, 0), calibrationImages: 64);

        var grid = SweepToys.Exhaust(new GridTuner(), Space, trial => Judge(trial, 0));
        CollectionAssert.AreEquivalent(grid.Select(result => result.Trial).ToList(), results.Select(result => result.Trial).ToList());
        Assert.AreEqual(grid.Count, new HalvingTuner(3, 64).CountIn(State(64)));
    }

    [TestMethod]
    public void Next_LeavesFailedTrialsBehind()
    {
        var results = SweepToys.Exhaust(
            new HalvingTuner(factor: 3, leastImages: 1), Space,
            trial => trial.Criterion == PruneCriterion.ObsPath || trial.Keep == 0.4
                ? TrialResult.FailureOf(trial, "no", 0) : Judge(trial, 0),
            calibrationImages: Images);

        Assert.AreEqual(PruneCriterion.Magnitude, results.Single(result => result.CalibrationImages is null).Criterion);
        Assert.AreEqual(10, results.Count(result => result.Keep == 0.4), "where all fail there is no second round");
    }

    [TestMethod]
    public void PreliminaryRounds_AreOnNoFrontAndNeverRecommended()
    {
        var whole = SweepToys.Result(SweepToys.Trial(0.5), top1: 0.8, multiplyAdds: 500);
        var part = SweepToys.Result(SweepToys.Trial(0.5) with { CalibrationImages = 100 }, top1: 0.9, multiplyAdds: 400);

        Assert.AreSame(whole, ParetoFront.Of([part, whole], TrialCost.MultiplyAdds).Single());
        Assert.AreSame(whole, Recommendation.Of([part, whole], denseTop1: 0.9, maximumDrop: 0.01));
    }

    private static TunerState State(int images) => new(Space, 0.9, images, new Dictionary<Trial, TrialResult>());

    // A family's own KL, in no order of the list: 7 i mod 10 takes each of 0 … 9 once.
    private static TrialResult Judge(Trial trial, double added)
    {
        int family = Space.Families.ToList().FindIndex(f => f.Block == trial.Block && f.Criterion == trial.Criterion);
        return new TrialResult
        {
            Keep = trial.Keep,
            Block = trial.Block,
            Criterion = trial.Criterion,
            Refit = trial.Refit,
            CalibrationImages = trial.CalibrationImages,
            Status = TrialStatus.Completed,
            Top1 = 0.9,
            Kl = 1 + (7 * family % 10 / 10.0) + added,
            MultiplyAdds = 1,
            Bytes = 1,
            Milliseconds = 1,
            Seconds = 1,
        };
    }
}
