namespace Microsoft.ML.BlockPruning.Tests.Sweeps;

/// <summary>A clock whose one timer goes off when the test says so.</summary>
internal sealed class ManualTime : TimeProvider
{
    private Action _fire = () => { };

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _fire = () => callback(state);
        return new Timer();
    }

    public void FireAfter(int finished, int dueAfter)
    {
        if (finished == dueAfter)
        {
            _fire();
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
