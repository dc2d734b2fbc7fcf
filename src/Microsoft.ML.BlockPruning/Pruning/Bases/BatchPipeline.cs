using System.Runtime.ExceptionServices;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>
/// Takes batches through the same stations, several at once, one batch a worker. At each station they come one by one in their order, so
/// that what a station adds up has the same bits for any number of workers, and exists once.
/// </summary>
/// <param name="batches">How many.</param>
/// <param name="stations">How many; every batch passes 0, 1, … in turn.</param>
internal sealed class BatchPipeline(int batches, int stations)
{
    private readonly object _gate = new();
    private readonly int[] _passed = new int[stations]; // batches that are through
    private int _begun, _done;
    private bool _isStopped;

    /// <summary>Runs all batches to the end, or until something throws; that is thrown then, once every worker has ended.</summary>
    /// <param name="workers">Threads, at least 1, made for this run.</param>
    /// <param name="begin">Called first on each worker's thread; what it gives is disposed on the caller's, after all have ended.</param>
    /// <param name="batch">Takes one batch, by <see cref="Pass"/>, past every station; called on a worker's thread.</param>
    /// <param name="onBatch">Called on the caller's thread after each batch; it may throw to cancel.</param>
    public void Run(int workers, Func<IDisposable> begin, Action<int> batch, Action onBatch)
    {
        var held = new IDisposable?[workers];
        var running = Enumerable.Range(0, workers).Select(worker => Task.Factory.StartNew(
            () => Work(() => held[worker] = begin(), batch),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        try
        {
            for (int told = 0; told < batches && IsDone(told); told++)
            {
                onBatch();
            }
        }
        finally
        {
            Stop();
            Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
            Array.ForEach(held, one => one?.Dispose());
        }

        if (running.Find(task => task.IsFaulted) is { } failed)
        {
            ExceptionDispatchInfo.Throw(failed.Exception!.InnerExceptions[0]);
        }
    }

    /// <summary>Waits for a batch's turn at a station and works there.</summary>
    /// <returns>False, and nothing is done, where another batch has failed: give this one up.</returns>
    public bool Pass(int batch, int station, Action work)
    {
        lock (_gate)
        {
            while (_passed[station] != batch && !_isStopped)
            {
                Monitor.Wait(_gate);
            }

            if (_isStopped)
            {
                return false;
            }
        }

        work();
        lock (_gate)
        {
            _passed[station]++;
            Monitor.PulseAll(_gate);
        }

        return true;
    }

    private void Work(Action begin, Action<int> batch)
    {
        bool isWhole = false;
        try
        {
            begin();
            while (Next() is { } next)
            {
                batch(next);
                End();
            }

            isWhole = true;
        }
        finally
        {
            if (!isWhole)
            {
                Stop();
            }
        }
    }

    private int? Next()
    {
        lock (_gate)
        {
            return _isStopped || _begun == batches ? null : _begun++;
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _done += _isStopped ? 0 : 1;
            Monitor.PulseAll(_gate);
        }
    }

    // Whether more batches than so many are over; false where none will be.
    private bool IsDone(int told)
    {
        lock (_gate)
        {
            while (_done <= told && !_isStopped)
            {
                Monitor.Wait(_gate);
            }

            return _done > told;
        }
    }

    private void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            Monitor.PulseAll(_gate);
        }
    }
}
