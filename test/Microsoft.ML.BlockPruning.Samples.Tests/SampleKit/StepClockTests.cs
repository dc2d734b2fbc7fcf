namespace Microsoft.ML.BlockPruning.Samples.Tests.SampleKit;

/// <summary>The time left of steps whose true course is known.</summary>
[TestClass]
public sealed class StepClockTests
{
    private readonly SetTime _time = new();

    /// <summary>Courses of 100 s: what is done after t seconds, and how far the estimate may be off once a tenth is done.</summary>
    /// <remarks>
    /// At time t the estimate is t (1 − s) / s for the share s. Even: s = t / 100, exact. Twice as slow in the first tenth of the work
    /// (20 of 110 s): 20 · 0.9 / 0.1 = 180 of 90 s, the factor of two that a first part may have and no more. Twice as fast at the end:
    /// at s = 0.1 it says 0.9 / 0.1 · t of 9 t − half of the last half.
    /// </remarks>
    public static IEnumerable<(Func<double, double> Share, double Factor)> Courses =>
    [
        (t => t / 100, 1.001),
        (t => t < 20 ? t / 200 : 0.1 + (0.9 * (t - 20) / 90), 2.001),
        (t => t < 66.7 ? t / 133.4 : 0.5 + ((t - 66.7) / 66.6), 1.4),
    ];

    [TestMethod]
    [DynamicData(nameof(Courses))]
    public void Left_IsWithinItsFactorOnceATenthIsDone(Func<double, double> shareAt, double factor)
    {
        double end = Enumerable.Range(1, 2000).Select(tenth => tenth / 10.0).First(t => shareAt(t) >= 1 - 1e-9);
        var clock = new StepClock(_time, 0);
        int judged = 0;
        for (double t = 0.1; t < end - 1; t += 0.1)
        {
            _time.Pass(0.1);
            clock.Move(shareAt(t));
            if (shareAt(t) is >= 0.1 and < 0.12)
            {
                double estimate = clock.Left!.Value.TotalSeconds, truth = end - t;
                Assert.IsLessThanOrEqualTo(factor, Math.Max(estimate / truth, truth / estimate), $"at {t:F1} s: {estimate} of {truth}");
                judged++;
            }
        }

        Assert.IsGreaterThan(5, judged);
    }

    [TestMethod]
    public void Left_OfAStepThatBeganInTheMiddleGoesByWhatWasSeen()
    {
        var clock = new StepClock(_time, 0.6); // 24 of 40 parts were done before

        _time.Pass(10);
        clock.Move(0.7); // 10 s for a tenth: 30 s for the rest

        Assert.AreEqual(30, clock.Left!.Value.TotalSeconds, 1e-6);
    }

    [TestMethod]
    public void Left_CountsFromWhenTheShareWasFirstTold()
    {
        var clock = new StepClock(_time, null);
        _time.Pass(50); // the network is read
        clock.Move(0.5);
        Assert.IsNull(clock.Left);

        _time.Pass(10);
        clock.Move(0.6);

        Assert.AreEqual(40, clock.Left!.Value.TotalSeconds, 1e-6);
        Assert.AreEqual("1 min 0 s so far, about 40 s left", clock.ToString());
    }

    [TestMethod]
    public void Left_RunsDownBetweenMovesToNoLessThanHalf()
    {
        var clock = new StepClock(_time, 0);
        _time.Pass(10);
        clock.Move(0.5);

        _time.Pass(3);
        Assert.AreEqual(7, clock.Left!.Value.TotalSeconds, 1e-6);
        _time.Pass(60);
        Assert.AreEqual(5, clock.Left!.Value.TotalSeconds, 1e-6);
    }

    [TestMethod]
    public void Left_IsNotToldBeforeThereIsEvidence()
    {
        var clock = new StepClock(_time, 0);
        Assert.IsNull(clock.Left);
        _time.Pass(5);
        clock.Move(0.01);

        Assert.IsNull(clock.Left);
        Assert.AreEqual("5 s so far", clock.ToString());
    }

    [TestMethod]
    [DataRow(12.2, "12 s")]
    [DataRow(59.0, "59 s")]
    [DataRow(200.0, "3 min 20 s")]
    [DataRow(3900.0, "1 h 5 min")]
    public void Text_OfAnEndedStepIsItsTime(double seconds, string expected)
    {
        var clock = new StepClock(_time, 0);
        _time.Pass(seconds);
        clock.Move(1);
        _time.Pass(100);

        Assert.AreEqual(expected, clock.ToString());
        Assert.AreEqual(seconds, clock.Elapsed.TotalSeconds, 0.051);
    }
}
