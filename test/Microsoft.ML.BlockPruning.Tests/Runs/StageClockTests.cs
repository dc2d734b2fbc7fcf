using Microsoft.ML.BlockPruning.Runs;

namespace Microsoft.ML.BlockPruning.Tests.Runs;

[TestClass]
public sealed class StageClockTests
{
    [TestMethod]
    public void Lap_GivesTheTimeToTheStageThatEndsIt()
    {
        var time = new HandTime();
        var clock = new StageClock(time);
        foreach (var (stage, seconds) in new[] { ("read", 1), ("rate", 2), ("rate", 3), ("fit", 4), ("rate", 5) })
        {
            time.Advance(seconds);
            clock.Lap(stage);
        }

        CollectionAssert.AreEqual(new[] { "read", "rate", "fit" }, clock.Stages.Select(stage => stage.Name).ToArray());
        CollectionAssert.AreEqual(new[] { 1.0, 10, 4 }, clock.Stages.Select(stage => stage.Seconds).ToArray());
    }

    private sealed class HandTime : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public void Advance(long seconds) => _seconds += seconds;

        public override long GetTimestamp() => _seconds;
    }
}
