using BlockPrune.Cli;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

[TestClass]
public sealed class SweepPaceTests
{
    [TestMethod]
    public void Describe_TellsRateAndTimeLeftOfTheTrialsThatRanHere()
    {
        var clock = new Clock();
        var pace = new SweepPace(clock);
        Assert.AreEqual("0/12", pace.Describe(0, 12));

        pace.Count(isFromJournal: true);
        Assert.AreEqual("1/12", pace.Describe(1, 12), "what the journal brings tells nothing of the pace");

        clock.Seconds = 30;
        pace.Count(isFromJournal: false);
        pace.Count(isFromJournal: false);
        Assert.AreEqual("3/12, 4.0 trials/min, 2:15 left", pace.Describe(3, 12)); // 15 s each, nine to go
        Assert.AreEqual("3/?, 4.0 trials/min", pace.Describe(3, null));

        clock.Seconds = 2 * 1500;
        Assert.AreEqual("3/12, 0.0 trials/min, 3:45:00 left", pace.Describe(3, 12));
    }

    private sealed class Clock : TimeProvider
    {
        public int Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
