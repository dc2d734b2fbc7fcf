using Microsoft.ML.BlockPruning.Reporting.Plots;

namespace Microsoft.ML.BlockPruning.Tests.Reporting.Plots;

[TestClass]
public sealed class AxisTicksTests
{
    [TestMethod]
    public void Of_GivesRoundValuesInsideTheRange()
    {
        CollectionAssert.AreEqual(new[] { "88.0", "88.5", "89.0", "89.5", "90.0" }, Texts(87.9, 90.2, 5));
        CollectionAssert.AreEqual(new[] { "20", "40", "60", "80" }, Texts(12, 95, 5));
        CollectionAssert.AreEqual(new[] { "0.002", "0.004", "0.006" }, Texts(0.001, 0.007, 4));
        CollectionAssert.AreEqual(new[] { "-10", "0", "10" }, Texts(-14, 19, 5));
    }

    [TestMethod]
    public void Of_NeverGivesMoreThanFit_AndTellsThemApart()
    {
        var random = new Random(1);
        for (int i = 0; i < 500; i++)
        {
            double low = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-4, 7));
            double high = low + (random.NextDouble() * Math.Pow(10, random.Next(-3, 7))) + 1e-3;

            var ticks = AxisTicks.Of(low, high, atMost: 6);

            Assert.IsLessThanOrEqualTo(7, ticks.Values.Count, $"{low} to {high}");
            Assert.IsGreaterThanOrEqualTo(2, ticks.Values.Count, $"{low} to {high}");
            Assert.HasCount(ticks.Values.Count, ticks.Values.Select(ticks.TextOf).Distinct());
            Assert.IsTrue(ticks.Values.All(value => value >= low - (1e-6 * (high - low)) && value <= high + (1e-6 * (high - low))));
        }
    }

    [TestMethod]
    public void Axis_OfOneValue_HasARangeAroundIt()
    {
        var axis = PlotAxis.Over([5.0, 5.0], near: 0, far: 100);

        Assert.AreEqual(50, axis.At(5), 1e-9);
        Assert.IsNotEmpty(axis.Ticks(5).Values);
    }

    private static string[] Texts(double low, double high, int atMost)
    {
        var ticks = AxisTicks.Of(low, high, atMost);
        return [.. ticks.Values.Select(ticks.TextOf)];
    }
}
