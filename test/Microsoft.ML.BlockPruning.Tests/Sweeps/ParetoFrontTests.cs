using Microsoft.ML.BlockPruning.Sweeps;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps;

[TestClass]
public sealed class ParetoFrontTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void Of_HoldsExactlyWhatNoOtherBeats(int seed)
    {
        // Few values, so that ties of one figure and of both are there.
        var random = new Random(seed);
        var results = Enumerable.Range(1, 60)
            .Select(i => SweepToys.Result(SweepToys.Trial(i / 100.0), random.Next(10) / 10.0, random.Next(1, 20))).ToList();

        var front = ParetoFront.Of(results, TrialCost.MultiplyAdds);

        var unbeaten = results.Where(one => !results.Any(other => other.Top1 >= one.Top1 && other.MultiplyAdds <= one.MultiplyAdds
            && (other.Top1 > one.Top1 || other.MultiplyAdds < one.MultiplyAdds)));
        CollectionAssert.AreEqual(
            unbeaten.Select(result => (result.MultiplyAdds, result.Top1)).Distinct().Order().ToList(),
            front.Select(result => (result.MultiplyAdds, result.Top1)).ToList());
    }

    [TestMethod]
    public void Of_PassesOverFailedTrials() => Assert.IsEmpty(
        ParetoFront.Of([TrialResult.FailureOf(SweepToys.Trial(0.5), "no", 1)], TrialCost.Milliseconds));

    [TestMethod]
    public void Recommendation_IsTheCheapestWithinTheDropElseTheMostAccurate()
    {
        var results = new[] { 0.88, 0.895, 0.9, 0.9 }
            .Select((top1, i) => SweepToys.Result(SweepToys.Trial((i + 1) / 10.0), top1, 100 * (i + 1))).ToList();

        Assert.AreEqual(0.2, Recommendation.Of(results, denseTop1: 0.9, maximumDrop: 0.01)!.Keep);
        Assert.AreEqual(0.3, Recommendation.Of(results, denseTop1: 0.99, maximumDrop: 0.01)!.Keep);
        Assert.IsNull(Recommendation.Of([TrialResult.FailureOf(SweepToys.Trial(0.5), "no", 1)], 0.9, 0.01));
    }
}
