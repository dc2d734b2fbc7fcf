namespace Microsoft.ML.BlockPruning.Samples.Tests.SampleKit;

/// <summary>A clock that goes when the test says so, with its timers.</summary>
internal sealed class SetTime : TimeProvider
{
    private readonly List<(Action Fire, TimeSpan Period)> _timers = [];
    private TimeSpan _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _timers.Add((() => callback(state), period));
        return new Timer();
    }

    /// <summary>Lets time pass, a tenth of a second at a time.</summary>
    public void Pass(double seconds)
    {
        for (int tenth = 0; tenth < (int)Math.Round(10 * seconds); tenth++)
        {
            _now += TimeSpan.FromSeconds(0.1);
            foreach (var (fire, period) in _timers)
            {
                if (_now.Ticks % period.Ticks == 0)
                {
                    fire();
                }
            }
        }
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
