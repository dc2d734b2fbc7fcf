namespace PruneModelSample.WebApi;

/// <summary>One reading of the file, on a thread of its own: ML.NET cannot be stopped, and may never return.</summary>
internal sealed class ModelLoad
{
    private readonly TaskCompletionSource<PooledModel> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;

    /// <summary>Begins.</summary>
    /// <param name="hash">Of the content that is read.</param>
    /// <param name="load">Reads it.</param>
    public ModelLoad(string hash, Func<PooledModel> load)
    {
        Hash = hash;
        _thread = new Thread(() => Run(load))
        {
            IsBackground = true, // a process that ends does not wait for it
            Name = "model load",
            Priority = ThreadPriority.BelowNormal,
        };
        _thread.Start();
    }

    public string Hash { get; }

    public bool IsDone => _done.Task.IsCompleted;

    /// <summary>Waits; a load that has not returned by then goes on behind everything else.</summary>
    public bool Wait(TimeSpan limit)
    {
        if (Task.WaitAny([_done.Task], limit) == 0)
        {
            return true;
        }

        _thread.Priority = ThreadPriority.Lowest;
        return false;
    }

    /// <summary>What came of it.</summary>
    /// <exception cref="Exception">What it threw.</exception>
    public PooledModel Take() => _done.Task.GetAwaiter().GetResult();

    /// <summary>The model; null where it failed.</summary>
    public PooledModel? TryTake() => _done.Task.IsCompletedSuccessfully ? _done.Task.Result : null;

    private void Run(Func<PooledModel> load)
    {
        try
        {
            _done.SetResult(load());
        }
        catch (Exception failure)
        {
            _done.SetException(failure); // whatever it is, the service goes on
        }
    }
}
