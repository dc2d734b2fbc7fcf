namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>Work on a thread of its own, given up where it takes too long: reading cannot be stopped, and may never return.</summary>
internal static class OwnThread
{
    /// <summary>Begins.</summary>
    public static Task<T> Run<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Complete(done, work))
        {
            IsBackground = true, // a process that ends does not wait for it
            Name = "model file",
            Priority = ThreadPriority.BelowNormal,
        }.Start();
        return done.Task;
    }

    /// <summary>Waits for work to end, in whatever way.</summary>
    /// <returns>False where it has not by then.</returns>
    /// <exception cref="OperationCanceledException">The service ends.</exception>
    public static async Task<bool> EndsWithinAsync(this Task work, TimeSpan limit, CancellationToken stop)
    {
        using var unneeded = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var first = await Task.WhenAny(work, Task.Delay(limit, unneeded.Token));
        stop.ThrowIfCancellationRequested();
        await unneeded.CancelAsync();
        return first == work;
    }

    private static void Complete<T>(TaskCompletionSource<T> done, Func<T> work)
    {
        try
        {
            done.SetResult(work());
        }
        catch (Exception failure)
        {
            done.SetException(failure); // whatever it is, the service goes on
        }
    }
}
