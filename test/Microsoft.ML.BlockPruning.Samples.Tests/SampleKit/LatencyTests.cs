namespace Microsoft.ML.BlockPruning.Samples.Tests.SampleKit;

[TestClass]
public sealed class LatencyTests
{
    [TestMethod]
    public void Of_TakesMedianAndDecilesOfUnorderedSamples()
    {
        var latency = Latency.Of([10, 0, 9, 1, 8, 2, 7, 3, 6, 4, 5]);

        Assert.AreEqual(new Latency(5, 1, 9, 11), latency);
    }

    [TestMethod]
    public void Of_TakesTheMeanOfTheMiddlePair() => Assert.AreEqual(2.5, Latency.Of([4, 1, 2, 3]).MedianMs);

    [TestMethod]
    public void Measure_GivesTheProbesTheirTurnsAndLeavesTheWarmUpOut()
    {
        var order = new List<char>();
        var probes = new[] { new TimedAction(() => order.Add('a'), 1, Burst: 2), new TimedAction(() => order.Add('b'), 4, Burst: 1) };

        var results = new LatencyMeter(TimeSpan.Zero).Measure(probes, _ => { }, CancellationToken.None);

        Assert.AreEqual("aabaabaabaabaabaab", string.Concat(order));
        Assert.AreEqual((10, 5), (results[0].Samples, results[1].Samples));
    }

    [TestMethod]
    public void Measure_CountsTimePerImage()
    {
        var pause = TimeSpan.FromMilliseconds(20);
        var probes = new[] { new TimedAction(() => Thread.Sleep(pause), Images: 4, Burst: 1) };

        double perImage = new LatencyMeter(TimeSpan.Zero).Measure(probes, _ => { }, CancellationToken.None)[0].MedianMs;

        // A sleep is at least as long as asked, and on a loaded machine longer; four times as long would be a pause per image.
        Assert.IsTrue(perImage is >= 4.9 and < 20, $"{perImage} ms");
    }

    [TestMethod]
    public void Measure_StopsWhenCancelled()
    {
        using var cancel = new CancellationTokenSource();
        int runs = 0;
        void RunOnce()
        {
            runs++;
            cancel.Cancel();
        }

        Assert.ThrowsExactly<OperationCanceledException>(
            () => new LatencyMeter(TimeSpan.MaxValue).Measure([new(RunOnce, 1, 1), new(RunOnce, 1, 1)], _ => { }, cancel.Token));
        Assert.AreEqual(1, runs);
    }
}
