using Microsoft.ML.BlockPruning.Pruning.Bases;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Bases;

/// <summary>Batches pass every station one by one in their order, whoever takes them, and what fails ends all of it.</summary>
[TestClass]
public sealed class BatchPipelineTests
{
    private const int Batches = 9;
    private const int Stations = 4;

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(4)]
    [DataRow(20)]
    public void Stations_SeeTheBatchesInOrder(int workers)
    {
        var seen = Enumerable.Range(0, Stations).Select(_ => new List<int>()).ToArray();
        var begun = new Held();
        var threads = new HashSet<int>();
        int told = 0;

        Run(workers, begun, Tell, (batch, station) =>
        {
            Thread.Sleep(((batch * 7) + (station * 3)) % 4); // some are slow
            seen[station].Add(batch);
        });

        foreach (var station in seen)
        {
            CollectionAssert.AreEqual(Enumerable.Range(0, Batches).ToArray(), station);
        }

        Assert.AreEqual(Batches, told);
        CollectionAssert.AreEqual(new[] { Environment.CurrentManagedThreadId }, threads.ToArray());
        Assert.AreEqual((workers, workers), (begun.Begun, begun.Disposed));

        void Tell()
        {
            told++;
            threads.Add(Environment.CurrentManagedThreadId);
        }
    }

    /// <summary>Each waits until the other has a batch too.</summary>
    [TestMethod]
    public void TwoWorkers_WorkAtOnce()
    {
        using var both = new Barrier(2);

        new BatchPipeline(2, 2).Run(2, () => new Held(), Meet, () => { });

        void Meet(int batch) => Assert.IsTrue(both.SignalAndWait(TimeSpan.FromMinutes(1)), $"batch {batch} is alone");
    }

    [TestMethod]
    public void FailingBatch_EndsAllWithWhatItThrew()
    {
        var begun = new Held();

        var thrown = Assert.ThrowsExactly<FormatException>(() => Run(3, begun, () => { }, (batch, station) =>
        {
            if ((batch, station) == (4, 2))
            {
                throw new FormatException("bad");
            }
        }));

        Assert.AreEqual("bad", thrown.Message);
        Assert.AreEqual((3, 3), (begun.Begun, begun.Disposed));
    }

    [TestMethod]
    public void CallersException_EndsAll()
    {
        var begun = new Held();
        int told = 0, late = 0;

        Assert.ThrowsExactly<OperationCanceledException>(() => Run(2, begun, Cancel, (_, _) => Interlocked.Increment(ref late)));

        int atTheEnd = late;
        Thread.Sleep(20);
        Assert.AreEqual(atTheEnd, late);
        Assert.AreEqual(2, told);
        Assert.AreEqual((2, 2), (begun.Begun, begun.Disposed));

        void Cancel()
        {
            if (++told == 2)
            {
                throw new OperationCanceledException();
            }
        }
    }

    private static void Run(int workers, Held begun, Action told, Action<int, int> work)
    {
        var pipeline = new BatchPipeline(Batches, Stations);
        pipeline.Run(workers, begun.Begin, Walk, told);

        void Walk(int batch)
        {
            for (int station = 0; station < Stations; station++)
            {
                if (!pipeline.Pass(batch, station, () => work(batch, station)))
                {
                    return;
                }
            }
        }
    }

    private sealed class Held : IDisposable
    {
        private int _begun, _disposed;

        public int Begun => _begun;

        public int Disposed => _disposed;

        public Held Begin()
        {
            Interlocked.Increment(ref _begun);
            return this;
        }

        public void Dispose() => Interlocked.Increment(ref _disposed);
    }
}
