using Microsoft.ML.BlockPruning.Pruning.Criteria;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Criteria;

[TestClass]
public sealed class LowerHullTests
{
    [TestMethod]
    public void Slopes_ShareTheMeanWhereTheErrorFalls()
    {
        // 4 then 2: the first block only looks expensive while the second stands in for it.
        CollectionAssert.AreEqual(new[] { 3.0, 3.0, 5.0 }, LowerHull.Slopes([4, 2, 5], [1, 1, 1]));
    }

    [TestMethod]
    public void Slopes_AreErrorPerWeight()
    {
        CollectionAssert.AreEqual(new[] { 0.5, 2.0 }, LowerHull.Slopes([2, 4], [4, 2]));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(17)]
    public void Slopes_AreThoseOfTheGreatestConvexCurveBelow(int steps)
    {
        var random = new Random(steps);
        double[] errors = [.. Enumerable.Range(0, steps).Select(_ => random.NextDouble())];
        int[] sizes = [.. Enumerable.Range(0, steps).Select(_ => random.Next(1, 4))];

        double[] slopes = LowerHull.Slopes(errors, sizes);

        double[] x = [.. Enumerable.Range(0, steps + 1).Select(i => (double)sizes.Take(i).Sum())];
        double[] y = [.. Enumerable.Range(0, steps + 1).Select(i => errors.Take(i).Sum())];
        double height = 0;
        for (int i = 1; i <= steps; i++)
        {
            height += slopes[i - 1] * sizes[i - 1];
            Assert.AreEqual(Hull(i), height, 1e-12, $"step {i}");
        }

        // By definition: the lowest chord over a point.
        double Hull(int at) => (from a in Enumerable.Range(0, at + 1)
                                from b in Enumerable.Range(at, steps + 1 - at)
                                select a == b ? y[at] : y[a] + ((y[b] - y[a]) * (x[at] - x[a]) / (x[b] - x[a]))).Min();
    }
}
