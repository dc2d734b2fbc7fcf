using System.Runtime.ExceptionServices;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;

/// <summary>The threads behind a <see cref="WorkerPool"/>, apart from it so that a forgotten pool can be collected.</summary>
internal sealed class WorkerCrew
{
    // About 100 µs of spinning bridges the gaps between the layers of a forward pass; then the thread sleeps.
    private const int SpinsBeforeSleep = 4000;

    // A worker that wakes up may be put on the caller's core, and a caller that only spins keeps it waiting there for
    // up to 4 ms (measured); after 200 spins it gives way.
    private const int SpinsBeforeYield = 200;

    // Added to the number of workers inside a round once its items are given out.
    private const int Closed = int.MinValue / 2;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _wake;
    private readonly int[] _asleep;
    private IParallelWork? _work;
    private ExceptionDispatchInfo? _failure;
    private int _items;
    private int _next;
    private int _inside = Closed;
    private int _round;
    private bool _stopped;

    public WorkerCrew(int threads)
    {
        _threads = new Thread[threads];
        _wake = new SemaphoreSlim[threads];
        _asleep = new int[threads];
        for (int i = 0; i < threads; i++)
        {
            int index = i;
            _wake[i] = new SemaphoreSlim(0);
            _threads[i] = new Thread(() => Serve(index)) { IsBackground = true, Name = $"BlockPruning worker {i + 1}" };
            _threads[i].Start();
        }
    }

    /// <summary>Runs all items on the crew and the calling thread. One caller at a time.</summary>
    public void Run(IParallelWork work, int items)
    {
        _work = work;
        _items = items;
        _failure = null;
        Volatile.Write(ref _next, 0);
        Volatile.Write(ref _inside, 0);
        NextRound();
        TakeItems(worker: 0);

        // Who has not come by now is not waited for: on a busy machine a worker may not get a processor for milliseconds.
        Interlocked.Add(ref _inside, Closed);
        for (int spins = 0; Volatile.Read(ref _inside) != Closed; spins++)
        {
            if (spins < SpinsBeforeYield)
            {
                Thread.SpinWait(1);
            }
            else
            {
                Thread.Yield();
            }
        }

        _work = null;
        _failure?.Throw();
    }

    public void Stop()
    {
        Volatile.Write(ref _stopped, true);
        NextRound();
    }

    public void Join()
    {
        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }

    private void NextRound()
    {
        Interlocked.Increment(ref _round);
        for (int i = 0; i < _wake.Length; i++)
        {
            if (Interlocked.Exchange(ref _asleep[i], 0) == 1)
            {
                _wake[i].Release();
            }
        }
    }

    private void Serve(int index)
    {
        for (int seen = 0; ;)
        {
            seen = WaitForRound(index, seen);
            if (Volatile.Read(ref _stopped))
            {
                return;
            }

            if (TryEnter())
            {
                TakeItems(index + 1);
                Interlocked.Decrement(ref _inside);
            }
        }
    }

    private bool TryEnter()
    {
        int inside = Volatile.Read(ref _inside);
        while (inside >= 0)
        {
            int seen = Interlocked.CompareExchange(ref _inside, inside + 1, inside);
            if (seen == inside)
            {
                return true;
            }

            inside = seen;
        }

        return false;
    }

    private int WaitForRound(int index, int seen)
    {
        for (int spins = 0; ; spins++)
        {
            int round = Volatile.Read(ref _round);
            if (round != seen)
            {
                return round;
            }

            if (spins < SpinsBeforeSleep)
            {
                Thread.SpinWait(1);
                continue;
            }

            // Either we see the new round here, or who starts it sees that we sleep: both sides write, then read, with a full fence.
            Interlocked.Exchange(ref _asleep[index], 1);
            if (Volatile.Read(ref _round) == seen)
            {
                _wake[index].Wait();
            }
        }
    }

    private void TakeItems(int worker)
    {
        try
        {
            int item;
            while ((item = Interlocked.Increment(ref _next) - 1) < _items)
            {
                _work!.Run(item, worker);
            }
        }
        catch (Exception error)
        {
            // Not to go on, but to carry it to the caller's thread: Run throws it again.
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(error), null);
            Volatile.Write(ref _next, _items);
        }
    }
}
