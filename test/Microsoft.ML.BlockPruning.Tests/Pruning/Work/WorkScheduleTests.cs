using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Work;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Work;

/// <summary>Shares of work against sums that are added up one by one.</summary>
[TestClass]
public sealed class WorkScheduleTests
{
    [TestMethod]
    public void Share_IsTheSumOfWhatIsDoneOverTheSumOfAll()
    {
        var schedule = new WorkSchedule().Add(3, 2).Add(0, 7).Add(1, 10).Add(new WorkSchedule().Add(2, 1).Add(2, 0)).Add(1, 3);
        double[] work = [2, 2, 2, 10, 1, 1, 0, 0, 3];

        Assert.AreEqual(work.Length, schedule.Steps);
        for (int done = 0; done <= work.Length; done++)
        {
            Assert.AreEqual(work.Take(done).Sum() / 21, schedule.ShareOf(done), 1e-12, $"after {done} steps");
        }

        Assert.AreEqual(1, schedule.ShareOf(100));
    }

    [TestMethod]
    public void Share_OfStepsWithoutWorkGoesByTheirNumber()
    {
        Assert.AreEqual(0.25, new WorkSchedule().Add(4, 0).ShareOf(1), 1e-12);
        Assert.AreEqual(0.25, WorkSchedule.Even(4).ShareOf(1), 1e-12);
        Assert.AreEqual(1, new WorkSchedule().ShareOf(0));
    }

    [TestMethod]
    public void Solves_CountAFactorisationForEachSetOfColumnsOnce()
    {
        // 4 strips of 2 rows over 3 columns of 4 inputs: two keep all, one keeps the first, one nothing.
        var mask = new BlockMask(8, 12, new BlockShape(2, 4));
        (mask[2, 1], mask[2, 2]) = (false, false);
        (mask[3, 0], mask[3, 1], mask[3, 2]) = (false, false, false);

        double[] solves = [.. LayerWork.Solves(mask)];

        // Columns and the bias: 13, 13, 5, 1. A factorisation k³/3 at four times, a solve k² a row at twice in float64 and both ways.
        double Solve(double k) => 2 * 2 * k * k * 2;
        double Factorise(double k) => 4 * k * k * k / 3;
        double[] expected = [Factorise(13) + Solve(13), Solve(13), Factorise(5) + Solve(5), Factorise(1) + Solve(1)];
        foreach (var (one, other) in expected.Zip(solves))
        {
            Assert.AreEqual(one, other, 1e-9 * one);
        }
    }

    [TestMethod]
    public void Rating_OfAStripGrowsWithTheCubeOfItsInputs()
    {
        var layers = PrunableLayer.Of(TinyNetwork.Weights(TinyNetwork.Config(), seed: 3), new BlockShape(2, 2));
        var fc1 = layers.First(layer => layer.Name.EndsWith("fc1", StringComparison.Ordinal));
        var fc2 = layers.First(layer => layer.Name.EndsWith("fc2", StringComparison.Ordinal));
        double ratio = (double)fc2.Weights.InFeatures / fc1.Weights.InFeatures;

        Assert.IsGreaterThan(1.5, ratio);
        Assert.AreEqual(ratio * ratio * ratio, LayerWork.Rating(fc2) / LayerWork.Rating(fc1), 1e-9);
    }

    [TestMethod]
    public void Stage_ReportsItsBeginningItsStepsAndItsEnd_ThenTheNextBegins()
    {
        var told = new List<string>();
        var second = new StageProgress(WorkSchedule.Even(1), (done, share) => told.Add(FormattableString.Invariant($"b {done} {share}")));
        var first = new StageProgress(
            new WorkSchedule().Add(1, 3).Add(1, 1), (done, share) => told.Add(FormattableString.Invariant($"a {done} {share}")), second);

        first.Begin();
        first.Step();
        first.Step();
        first.End();
        second.End();

        CollectionAssert.AreEqual(new[] { "a 0 0", "a 1 0.75", "a 2 1", "b 0 0", "b 1 1" }, told);
    }

    [TestMethod]
    public void Stage_MayBeginInTheMiddle()
    {
        var told = new List<int>();
        var stage = new StageProgress(WorkSchedule.Even(4), (done, _) => told.Add(done));

        stage.Begin(2);
        stage.Step();
        stage.End();

        CollectionAssert.AreEqual(new[] { 2, 3, 4 }, told);
    }
}
