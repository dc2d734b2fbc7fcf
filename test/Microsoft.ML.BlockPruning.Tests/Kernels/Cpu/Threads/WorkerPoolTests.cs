using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.Threads;

[TestClass]
public sealed class WorkerPoolTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(5)]
    public void Run_DoesEveryItemOnce(int threads)
    {
        using var pool = new WorkerPool(threads);
        var work = new CountingWork(1000);
        for (int round = 1; round <= 50; round++)
        {
            pool.Run(work, 1000);
            Assert.IsTrue(work.Counts.All(count => count == round), $"round {round}");
        }
    }

    [TestMethod]
    public void Run_NeverGivesTwoItemsTheSameWorkerAtOnce()
    {
        using var pool = new WorkerPool(4);
        var work = new WorkerWork(4);

        pool.Run(work, 2000);

        Assert.AreEqual(0, work.Clashes);
    }

    [TestMethod]
    public void Run_CarriesAnExceptionToTheCaller_AndWorksAfterwards()
    {
        using var pool = new WorkerPool(3);
        foreach (int failing in new[] { 0, 1, 99 })
        {
            var error = Assert.ThrowsExactly<InvalidDataException>(() => pool.Run(new FailingWork(failing), 100));
            Assert.AreEqual($"item {failing}", error.Message);
        }

        var work = new CountingWork(100);
        pool.Run(work, 100);
        Assert.IsTrue(work.Counts.All(count => count == 1));
    }

    [TestMethod]
    public void Run_FromManyThreadsAndFromItsOwnItems_DoesAllItems()
    {
        using var pool = new WorkerPool(2);
        var works = Enumerable.Range(0, 6).Select(_ => new CountingWork(500)).ToArray();
        var callers = works.Select(work => new Thread(() => pool.Run(work, 500))).ToArray();
        Array.ForEach(callers, caller => caller.Start());
        Array.ForEach(callers, caller => caller.Join());
        Assert.IsTrue(works.All(work => work.Counts.All(count => count == 1)));

        var nested = new NestedWork(pool, 10, 20);
        pool.Run(nested, 10);
        Assert.IsTrue(nested.Inner.All(inner => inner.Counts.All(count => count == 1)));
    }

    [TestMethod]
    public void Run_AfterTheThreadsFellAsleep_WakesThem()
    {
        using var pool = new WorkerPool(2);
        var work = new CountingWork(64);
        for (int round = 1; round <= 5; round++)
        {
            Thread.Sleep(20);
            pool.Run(work, 64);
            Assert.IsTrue(work.Counts.All(count => count == round));
        }
    }

    [TestMethod]
    public void Run_AllocatesNothing()
    {
        using var pool = new WorkerPool(2);
        var work = new CountingWork(10);
        pool.Run(work, 10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            pool.Run(work, 10);
        }

        Assert.AreEqual(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [TestMethod]
    public void Dispose_EndsTheThreads()
    {
        var pool = new WorkerPool(3);
        var work = new ThreadWork(3);
        pool.Run(work, 3);
        Assert.HasCount(3, work.Threads.Distinct());

        pool.Dispose();

        Assert.IsTrue(work.Threads.Where(thread => thread != Thread.CurrentThread).All(thread => !thread.IsAlive));
    }

    [TestMethod]
    public void Finalizer_EndsTheThreadsOfAForgottenPool()
    {
        var threads = ThreadsOfAForgottenPool();
        bool ended = SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return threads.All(thread => !thread.IsAlive);
            },
            TimeSpan.FromSeconds(30));

        Assert.IsTrue(ended);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Thread[] ThreadsOfAForgottenPool()
    {
        var work = new ThreadWork(3);
        new WorkerPool(3).Run(work, 3);
        return [.. work.Threads.Where(thread => thread != Thread.CurrentThread)];
    }

    private sealed class CountingWork(int items) : IParallelWork
    {
        public int[] Counts { get; } = new int[items];

        public void Run(int item, int worker) => Interlocked.Increment(ref Counts[item]);
    }

    private sealed class WorkerWork(int workers) : IParallelWork
    {
        private readonly int[] _inside = new int[workers];
        private int _clashes;

        public int Clashes => _clashes;

        public void Run(int item, int worker)
        {
            if (Interlocked.Increment(ref _inside[worker]) != 1)
            {
                Interlocked.Increment(ref _clashes);
            }

            Thread.SpinWait(20);
            Interlocked.Decrement(ref _inside[worker]);
        }
    }

    private sealed class FailingWork(int failing) : IParallelWork
    {
        public void Run(int item, int worker)
        {
            if (item == failing)
            {
                throw new InvalidDataException($"item {item}");
            }
        }
    }

    private sealed class NestedWork(WorkerPool pool, int outer, int items) : IParallelWork
    {
        public CountingWork[] Inner { get; } = [.. Enumerable.Range(0, outer).Select(_ => new CountingWork(items))];

        public void Run(int item, int worker) => pool.Run(Inner[item], items);
    }

    /// <summary>Each item waits until all threads have one.</summary>
    private sealed class ThreadWork(int threads) : IParallelWork
    {
        private int _arrived;

        public Thread[] Threads { get; } = new Thread[threads];

        public void Run(int item, int worker)
        {
            Threads[item] = Thread.CurrentThread;
            Interlocked.Increment(ref _arrived);
            SpinWait.SpinUntil(() => Volatile.Read(ref _arrived) == threads, TimeSpan.FromSeconds(30));
        }
    }
}
