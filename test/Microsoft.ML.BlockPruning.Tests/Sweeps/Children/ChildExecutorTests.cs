using System.Globalization;
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

        var outcome = new SweepRunner(space, new GridTuner(), new OneWorker(executor), journal, new SweepLimits(), _ => { })
            .Run(CancellationToken.None);

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
    public void Run_OfTwoWorkersLosesTheTrialsThatDieAndNoOther()
    {
        var folder = Folder();
        var shared = new ChildFolder(folder);
        using var file = new JournalFile();
        using var journal = file.Open();
        var space = SweepToys.Space(0.9, ToyWorker.Dies, 0.45, ToyWorker.Throws, 0.35, 0.15, 0.05);
        SweepOutcome outcome;
        using (var workers = new SideBySide(new TrialTeam(
            [.. Enumerable.Range(0, 2).Select(_ => new ChildExecutor(ToyWorker.Command, shared, calibrationImages: 1000, default))])))
        {
            outcome = new SweepRunner(space, new GridTuner(), workers, journal, new SweepLimits(), _ => { }).Run(CancellationToken.None);
        }

        CollectionAssert.AreEqual(space.Keeps.ToArray(), outcome.Results.Select(result => result.Keep).ToArray());
        CollectionAssert.AreEqual(
            new[] { ToyWorker.Dies, ToyWorker.Throws },
            outcome.Results.Where(result => !result.IsCompleted).Select(result => result.Keep).ToArray());
        StringAssert.Contains(outcome.Results.Single(result => result.Keep == ToyWorker.Dies).Error, "was killed");
        Assert.IsFalse(Directory.Exists(folder.FullName), "the last executor takes the folder along");
    }

    [TestMethod]
    public void Run_OfTwoWorkersCancelledLeavesNoChildAndNoFolder()
    {
        var folder = Folder();
        var shared = new ChildFolder(folder);
        using var cancel = new CancellationTokenSource();
        int[] before = Children();
        var space = SweepToys.Space(0.9, ToyWorker.Hangs);
        using (var workers = new SideBySide(new TrialTeam(
            [.. Enumerable.Range(0, 2).Select(_ => new ChildExecutor(ToyWorker.Command, shared, calibrationImages: 1000, default))])))
        {
            var outcome = new SweepRunner(
                space, new GridTuner(), workers, null, new SweepLimits(), step =>
                {
                    if (step.Result is not null)
                    {
                        cancel.Cancel(); // the other one hangs, or its process is about to begin
                    }
                }).Run(cancel.Token);
            Assert.AreEqual(SweepEnding.Cancelled, outcome.Ending);
            Assert.HasCount(1, outcome.Results);
        }

        CollectionAssert.AreEqual(before, Children());
        Assert.IsFalse(Directory.Exists(folder.FullName));
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
            ToyWorker.Command with { Arguments = ["exec", "none.dll"] }, new ChildFolder(Folder()), calibrationImages: 1, default);

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

    // Workers of this process that are alive: a process that has ended but was not waited for counts too.
    private static int[] Children() => !OperatingSystem.IsLinux() ? [] :
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
            .Where(name => ParentOf(name!) == Environment.ProcessId).Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Order(),
    ];

    private static int ParentOf(string process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // it has ended since
        }
    }

    private static ChildExecutor Create(long? memoryLimit) => new(
        ToyWorker.Command, new ChildFolder(Folder()), calibrationImages: 1000, new ChildLimits(memoryLimit));

    private static DirectoryInfo Folder() => Directory.CreateTempSubdirectory("blockpruning-tests-");
}
