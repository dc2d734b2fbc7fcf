using Microsoft.ML.BlockPruning.Benchmarks.Lpvit;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Lpvit;

/// <summary>The steps on a curve, against numbers that LPViT's own Python functions gave.</summary>
[TestClass]
public sealed class LpvitFormulasTests
{
    [TestMethod]
    public void Derivative_OfAStraightLineIsRightOnlyAtEvenSteps()
    {
        double[] line = [.. Enumerable.Range(0, 101).Select(d => 3 * (d / 100.0))];

        double[] slopes = LpvitDerivative.Of(line, step: 10);

        double[] start = [1, 1, 1, 0.556, 1, 0.733, 1, 0.81, 1, 0.852, 1];
        Assert.HasCount(100, slopes);
        for (int i = 0; i < 50; i++)
        {
            Assert.AreEqual(3 * start[Math.Min(i, 10)], slopes[i], 0.002, $"point {i}");
            double mirrored = i < 2 ? 1 : start[Math.Min(i, 10)]; // the point before the last two takes a central difference
            Assert.AreEqual(3 * mirrored, slopes[Math.Min(99, 100 - i)], 0.002, $"point {100 - i}");
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void Derivative_FollowsTheFormulaWithOddSteps(int step)
    {
        var random = new Random(1);
        double[] y = [.. Enumerable.Range(0, 101).Select(_ => random.NextDouble())];
        double[] x = [.. Enumerable.Range(0, 101).Select(d => d / 100.0)];

        double[] slopes = LpvitDerivative.Of(y, step);

        int h = step;
        int half = (int)(step / 2.0);
        foreach (int i in new[] { 10, 50, 90 })
        {
            double expected = (-y[i + h] + (8 * y[i + half]) - (8 * y[i - half]) + y[i - h]) / (6 * (x[i + h] - x[i]));
            Assert.AreEqual(expected, slopes[i], 1e-9, $"point {i}");
        }

        Assert.AreEqual((y[1] - y[0]) / (x[1] - x[0]), slopes[0], 1e-9);
        Assert.AreEqual((y[100] - y[98]) / (x[100] - x[98]), slopes[99], 1e-9);
    }

    [TestMethod]
    [DataRow(0.9, 0.725)]
    [DataRow(0.5, 0.962)]
    [DataRow(0.1, 0.996)]
    [DataRow(0.0, 1.0)]
    public void Smooth_LagsBehindASteepCurve(double weight, double expectedEnd)
    {
        double[] curve = [.. Enumerable.Range(0, 101).Select(d => Math.Pow(d / 100.0, 4))];

        Assert.AreEqual(expectedEnd, LpvitSmoothing.Smooth(curve, weight)[^1], 0.0006);
    }

    [TestMethod]
    public void Smooth_LeavesAConstantAlone()
    {
        double[] smoothed = LpvitSmoothing.Smooth([2.0, 2.0, 2.0, 2.0], 0.9);

        Assert.IsTrue(smoothed.All(value => Math.Abs(value - 2) < 1e-12), string.Join(' ', smoothed));
    }

    [TestMethod]
    [DataRow(2304, 768, 82944.0)] // qkv
    [DataRow(768, 768, 27648.0)] // proj
    [DataRow(3072, 768, 110592.0)] // fc1
    [DataRow(768, 3072, 442368.0)] // fc2
    [DataRow(1000, 768, 36000.0)] // a head, ragged: tiles are not rounded up
    public void PowerSlope_OfDeiTBaseAt32x32(int outFeatures, int inFeatures, double expected)
    {
        Assert.AreEqual(expected, LpvitPower.SlopeOf(new BlockMask(outFeatures, inFeatures, new BlockShape(32, 32))));
    }

    [TestMethod]
    public void Power_IsScaledToTheSteepestDistortion()
    {
        // Straight curves of slopes 3 and 5, power slopes 4 · 1 and 8 · 2: the factor is 4 / 10.
        var blocks = new[] { new BlockMask(4, 16, new BlockShape(4, 4)), new BlockMask(4, 32, new BlockShape(4, 4)) };
        double[][] curves = [Line(3), Line(5)];

        var raised = LpvitPower.AddTo(curves, blocks);

        Assert.AreEqual(3 + (0.4 * 4), raised[0][100], 1e-9);
        Assert.AreEqual(5 + (0.4 * 16), raised[1][100], 1e-9);
        Assert.AreEqual((5 + (0.4 * 16)) / 2, raised[1][50], 1e-9);
    }

    [TestMethod]
    public void SlopeSearch_TakesTheNearestSlopeAndMeetsTheTarget()
    {
        // Slopes 0.01 … 1 and 0.02 … 2: at slope λ the layers lose 100 λ and 50 λ points (one fewer, since point 0 has a slope too).
        double[][] slopes = [[.. Enumerable.Range(1, 100).Select(i => i / 100.0)], [.. Enumerable.Range(1, 100).Select(i => i / 50.0)]];
        var search = new LpvitSlopeSearch(slopes, minimumKept: 0.05);

        double[] found = search.Find(0.5, amounts => 1 - amounts.Average());

        Assert.AreEqual(0.5, found.Average(), 0.02);
        Assert.AreEqual(2 * (found[1] + 0.01), found[0] + 0.01, 0.02, "both layers stand at one slope");
        CollectionAssert.AreEqual(new[] { 0.29, 0.14 }, search.AmountsAt(Math.Log2(0.3)).Select(a => Math.Round(a, 9)).ToArray());
        CollectionAssert.AreEqual(new[] { 0.95, 0.95 }, search.AmountsAt(5), "the least kept fraction holds");
        CollectionAssert.AreEqual(new[] { 0.0, 0.0 }, search.AmountsAt(90), "2^90 is equally far from every slope, so the first matches");
        CollectionAssert.AreEqual(new[] { 0.0, 0.0 }, search.AmountsAt(-90));
    }

    [TestMethod]
    public void SlopeSearch_EndsBesideATargetThatNoSlopeMeets()
    {
        // One slope for all points: nothing but the first ever matches, so nothing is pruned.
        double[] found = new LpvitSlopeSearch([[.. Enumerable.Repeat(1.0, 100)]], 0).Find(0.5, amounts => 1 - amounts[0]);

        CollectionAssert.AreEqual(new[] { 0.0 }, found);
    }

    private static double[] Line(double slope) => [.. Enumerable.Range(0, 101).Select(d => slope * d / 100)];
}
