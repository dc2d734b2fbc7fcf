namespace PruneModelSample.WebApi;

/// <summary>Work on a thread of its own, which is given up where it takes too long: it cannot be stopped, and may never return.</summary>
internal class LimitedWork<T>
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;

    /// <summary>Begins.</summary>
    public LimitedWork(Func<T> work)
    {
        _thread = new Thread(() => Run(work))
        {
            IsBackground = true, // a process that ends does not wait for it
            Name = "model file",
            Priority = ThreadPriority.BelowNormal,
        };
        _thread.Start();
    }

    public bool IsDone => _done.Task.IsCompleted;

    /// <summary>Waits; work that has not returned by then goes on behind everything else.</summary>
    /// <exception cref="OperationCanceledException">The service ends.</exception>
    public bool Wait(TimeSpan limit, CancellationToken cancel)
    {
        if (Task.WaitAny([_done.Task], (int)limit.TotalMilliseconds, cancel) == 0)
        {
            return true;
        }

        _thread.Priority = ThreadPriority.Lowest;
        return false;
    }

    /// <summary>What came of it.</summary>
    /// <exception cref="Exception">What it threw.</exception>
    public T Take() => _done.Task.GetAwaiter().GetResult();

    /// <summary>What came of it; nothing where it failed.</summary>
    public T? TryTake() => _done.Task.IsCompletedSuccessfully ? _done.Task.Result : default;

    private void Run(Func<T> work)
    {
        try
        {
            _done.SetResult(work());
        }
        catch (Exception failure)
        {
            _done.SetException(failure); // whatever it is, the service goes on
        }
    }
}
