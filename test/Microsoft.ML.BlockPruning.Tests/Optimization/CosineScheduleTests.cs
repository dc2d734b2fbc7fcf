using Microsoft.ML.BlockPruning.Optimization;

namespace Microsoft.ML.BlockPruning.Tests.Optimization;

[TestClass]
public sealed class CosineScheduleTests
{
    [TestMethod]
    public void RateOf_RisesToThePeakAndFallsAsACosine()
    {
        var schedule = new CosineSchedule(peak: 8, warmupFraction: 0.5, totalSteps: 8);

        // Warm-up of four steps; then (1 + cos(0, 45, 90, 135 degrees)) / 2 of the peak.
        double half = Math.Sqrt(2) / 2;
        double[] expected = [2, 4, 6, 8, 8, 4 * (1 + half), 4, 4 * (1 - half)];
        for (int step = 0; step < expected.Length; step++)
        {
            Assert.AreEqual(expected[step], schedule.RateOf(step), 1e-12, $"step {step}");
        }
    }

    [TestMethod]
    [DataRow(0.0, 5)]
    [DataRow(0.3, 1)]
    public void RateOf_StartsAtThePeakWithoutWarmup(double warmupFraction, int totalSteps) =>
        Assert.AreEqual(3.0, new CosineSchedule(3, warmupFraction, totalSteps).RateOf(0), 1e-12);
}
