using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Tuners;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps;

[TestClass]
public sealed class TunerTests
{
    private static readonly BlockShape[] Blocks = [new(8, 8), new(16, 8)];
    private static readonly PruneCriterion[] Criteria = [PruneCriterion.ObsPath, PruneCriterion.Magnitude];

    [TestMethod]
    public void Grid_TriesEveryCombinationOnce()
    {
        var space = SweepToys.Space([0.25, 0.5, 0.25], Blocks, Criteria);

        var tried = SweepToys.Exhaust(new GridTuner(), space, SweepToys.Judge).Select(result => result.Trial).ToList();

        var expected = from keep in new[] { 0.25, 0.5 }
                       from height in new[] { 8, 16 }
                       from criterion in new[] { PruneCriterion.ObsPath, PruneCriterion.Magnitude }
                       select new Trial(keep, new BlockShape(height, 8), criterion, PruneRefit.Feedback);
        CollectionAssert.AreEquivalent(expected.ToList(), tried);
        Assert.AreEqual(8, new GridTuner().CountIn(new TunerState(space, 0.9, 1000, new Dictionary<Trial, TrialResult>())));
        Assert.ThrowsExactly<ArgumentException>(
            () => new SweepSpace(space.Keeps, space.Blocks, space.Criteria, [PruneRefit.Feedback], [-1]));
    }

    [TestMethod]
    public void Random_IsTheSameForTheSameSeedAndStaysInTheSpace()
    {
        var space = SweepToys.Space([0.2, 0.9], Blocks, Criteria);

        var first = Trials(seed: 3);
        var second = Trials(seed: 3);

        CollectionAssert.AreEqual(first, second);
        CollectionAssert.AreNotEqual(first, Trials(seed: 4));
        Assert.HasCount(50, first);
        Assert.IsTrue(first.All(trial => trial.Keep is >= 0.2 and <= 0.9));
        Assert.IsTrue(first.Any(trial => trial.Keep < 0.4) && first.Any(trial => trial.Keep > 0.7));
        Assert.AreEqual(4, first.Select(trial => (trial.Block, trial.Criterion)).Distinct().Count());

        List<Trial> Trials(int seed) => [.. SweepToys.Exhaust(new RandomTuner(50, seed), space, SweepToys.Judge).Select(r => r.Trial)];
    }

    [TestMethod]
    public void Random_EndsWhereTheSpaceHasFewerPoints() =>
        Assert.HasCount(1, SweepToys.Exhaust(new RandomTuner(5, seed: 1), SweepToys.Space(0.5), SweepToys.Judge));

    [TestMethod]
    [DataRow(0.001)]
    [DataRow(0.01)]
    [DataRow(0.05)]
    [DataRow(0.1)]
    public void Bisection_FindsTheLeastKeptWithinTheDrop(double drop)
    {
        const double tolerance = 0.01;

        var results = SweepToys.Exhaust(new BisectionTuner(drop, tolerance), SweepToys.Space(0.1, 1), SweepToys.Judge);

        double found = results.Where(result => result.Top1 >= 0.9 - drop).Min(result => result.Keep);
        // By brute force: the first of a fine row that is within the drop.
        double least = Enumerable.Range(100, 901).Select(i => i / 1000.0)
            .First(keep => SweepToys.Judge(SweepToys.Trial(keep)).Top1 >= 0.9 - drop);
        Assert.IsTrue(found >= least - 0.001 && found <= least + tolerance, $"found {found}, least {least}");
        Assert.IsLessThanOrEqualTo(2 + 7, results.Count); // log2(0.9 / 0.01) = 6.5
    }

    [TestMethod]
    public void Bisection_StopsAtOnceWhereThereIsNothingToSearch()
    {
        Assert.HasCount(1, SweepToys.Exhaust(new BisectionTuner(0.01, 0.01), SweepToys.Space(0.1, 0.5), SweepToys.Judge), "all too little");
        Assert.HasCount(2, SweepToys.Exhaust(new BisectionTuner(0.5, 0.01), SweepToys.Space(0.1, 1), SweepToys.Judge), "all enough");
        Assert.HasCount(1, SweepToys.Exhaust(new BisectionTuner(0.01, 0.01), SweepToys.Space(1), SweepToys.Judge), "one point");
    }

    [TestMethod]
    public void Bisection_CountsAFailedTrialAsTooLittle()
    {
        var results = SweepToys.Exhaust(
            new BisectionTuner(0.5, 0.01), SweepToys.Space(0.1, 1),
            trial => trial.Keep < 0.4 ? TrialResult.FailureOf(trial, "no", 0) : SweepToys.Judge(trial));

        Assert.AreEqual(0.4, results.Where(result => result.IsCompleted).Min(result => result.Keep), 0.011);
    }

    [TestMethod]
    public void Space_RefusesWhatCannotBe()
    {
        Assert.ThrowsExactly<ArgumentException>(() => SweepToys.Space());
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => SweepToys.Space(0.5, double.NaN)).Message, "NaN");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => SweepToys.Space(1.5)).Message, "1.5");
    }
}
