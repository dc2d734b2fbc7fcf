namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;

/// <summary>Threads that wait for work close by: a dispatch costs under a microsecond and allocates nothing.</summary>
/// <remarks>
/// One caller at a time has the threads; another one that comes meanwhile does its items on its own thread, with the same result. An
/// undisposed pool ends its threads when it is collected.
/// </remarks>
internal sealed class WorkerPool : IDisposable
{
    private readonly WorkerCrew _crew;
    private int _busy;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">Threads that work, the caller's included; at least one.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        _crew = new WorkerCrew(threads - 1);
        Threads = threads;
    }

    ~WorkerPool() => _crew.Stop();

    public int Threads { get; }

    /// <summary>Runs all items and returns when the last one is done.</summary>
    /// <param name="work">The work.</param>
    /// <param name="items">Number of items.</param>
    /// <exception cref="Exception">What the first failing item threw; items not yet begun are left out.</exception>
    public void Run(IParallelWork work, int items)
    {
        if (Threads == 1 || items <= 1 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (int item = 0; item < items; item++)
            {
                work.Run(item, worker: 0);
            }

            return;
        }

        try
        {
            _crew.Run(work, items);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <summary>Ends the threads. No call of <see cref="Run"/> may be under way.</summary>
    public void Dispose()
    {
        _crew.Stop();
        _crew.Join();
        GC.SuppressFinalize(this);
    }
}
