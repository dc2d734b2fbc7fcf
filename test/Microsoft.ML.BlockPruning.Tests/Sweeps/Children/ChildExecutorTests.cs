using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Children;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Sweeps.Running;
using Microsoft.ML.BlockPruning.Sweeps.Tuners;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Children;

[TestClass]
public sealed class ChildExecutorTests
{
    [TestMethod]
    public void Run_OfATrialThatDiesCostsThatTrialAlone()
    {
        using var executor = Create(memoryLimit: null);
        using var file = new JournalFile();
        using var journal = file.Open();
        var space = SweepToys.Space(0.9, ToyWorker.Dies, 0.45, ToyWorker.Throws, ToyWorker.RunsOutOfMemory, 0.05);

        var outcome = new SweepRunner(space, new GridTuner(), executor, journal, new SweepLimits(), _ => { }).Run(CancellationToken.None);

        Assert.AreEqual(SweepEnding.Completed, outcome.Ending);
        foreach (var result in outcome.Results.Where(result => result.Keep is 0.9 or 0.45 or 0.05))
        {
            Assert.AreEqual(SweepToys.Figures(SweepToys.Judge(result.Trial)), SweepToys.Figures(result), "as in this process");
        }

        StringAssert.Contains(ErrorAt(ToyWorker.Dies), "was killed");
        Assert.AreEqual("out of luck", ErrorAt(ToyWorker.Throws));
        StringAssert.Contains(ErrorAt(ToyWorker.RunsOutOfMemory), "no more of it");
        Assert.AreEqual(6, journal.Count);

        string? ErrorAt(double keep) => outcome.Results.Single(result => result.Keep == keep).Error;
    }

    [TestMethod]
    public void Run_EndsATrialThatTakesMoreMemoryThanItMay()
    {
        using var executor = Create(memoryLimit: 400L << 20);

        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => executor.Run(SweepToys.Trial(ToyWorker.Grows), _ => { }, CancellationToken.None));

        StringAssert.Contains(error.Message, "its limit of 400 MB");
        Assert.IsTrue(executor.Run(SweepToys.Trial(0.9), _ => { }, CancellationToken.None).Result.IsCompleted, "the next one runs");
    }

    [TestMethod]
    public void Run_EndsAtOnceWhenCancelled()
    {
        using var executor = Create(memoryLimit: null);
        Assert.AreEqual(0.9, executor.DenseTop1);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        Assert.ThrowsExactly<OperationCanceledException>(() => executor.Run(SweepToys.Trial(ToyWorker.Hangs), _ => { }, cancel.Token));
    }

    [TestMethod]
    public void DenseTop1_SaysWhatAWorkerThatCannotStartDiedOf()
    {
        using var executor = new ChildExecutor(
            ToyWorker.Command with { Arguments = ["exec", "none.dll"] }, Folder(), calibrationImages: 1, memoryLimit: null);

        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => executor.DenseTop1).Message, "none.dll");
    }

    [TestMethod]
    public void MemoryGuard_RefusesWhatCannotFit()
    {
        long held = 600;
        using var guard = new MemoryGuard(new SweepToys.Executor(SweepToys.Judge), least: 300, limit: 1000, () => held);
        guard.Run(SweepToys.Trial(0.9), _ => { }, CancellationToken.None);
        held = 900;
        guard.Run(SweepToys.Trial(0.8), _ => { }, CancellationToken.None); // what the first trial took is there already
        held = 1001;

        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => guard.Run(SweepToys.Trial(0.7), _ => { }, CancellationToken.None));

        StringAssert.Contains(error.Message, "limit");
        using var tight = new MemoryGuard(new SweepToys.Executor(SweepToys.Judge), least: 401, limit: 1000, () => 600);
        Assert.ThrowsExactly<InvalidOperationException>(tight.Check);
    }

    private static ChildExecutor Create(long? memoryLimit) => new(ToyWorker.Command, Folder(), calibrationImages: 1000, memoryLimit);

    private static DirectoryInfo Folder() => Directory.CreateTempSubdirectory("blockpruning-tests-");
}
