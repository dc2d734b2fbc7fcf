using Microsoft.ML.BlockPruning.Benchmarks.Timing;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Timing;

[TestClass]
public sealed class InterleavedRoundsTests
{
    [TestMethod]
    public void Quantile_IsThatOfNumPy()
    {
        // numpy.percentile([4, 1, 3, 2], [0, 10, 50, 90, 100]) and numpy.percentile([7], 90)
        double[] values = [4, 1, 3, 2];
        double[] expected = [1, 1.3, 2.5, 3.7, 4];

        foreach (var (share, value) in new[] { 0, 0.1, 0.5, 0.9, 1 }.Zip(expected))
        {
            Assert.AreEqual(value, InterleavedRounds.Quantile(values, share), 1e-12);
        }

        Assert.AreEqual(7, InterleavedRounds.Quantile([7], 0.9));
    }

    [TestMethod]
    public void Samples_RunsTheActionsInTurn()
    {
        var order = new List<int>();
        double[][] samples = new InterleavedRounds(new ContentionGate(), rounds: 4, sampleSeconds: 0)
            .Samples(() => order.Add(0), () => order.Add(1));

        Assert.HasCount(2, samples);
        Assert.IsTrue(samples.All(rounds => rounds.Length == 4));
        int turns = order.Zip(order.Skip(1)).Count(pair => pair.First != pair.Second);
        Assert.AreEqual((2 * 4) + 1, turns); // each of the four rounds, and the calibration before, goes 0 then 1
    }
}
