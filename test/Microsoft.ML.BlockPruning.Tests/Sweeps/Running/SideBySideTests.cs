using System.Collections.Concurrent;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Sweeps.Running;
using Microsoft.ML.BlockPruning.Sweeps.Tuners;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Running;

/// <summary>Trials that run side by side leave what one worker alone leaves.</summary>
[TestClass]
public sealed class SideBySideTests
{
    private static readonly SweepSpace Space = SweepToys.Space(
        [0.9, 0.7, 0.5, 0.3], [new BlockShape(8, 8), new BlockShape(16, 16)], [PruneCriterion.ObsPath, PruneCriterion.Taylor]);

    [TestMethod]
    public void Run_LeavesTheJournalOfOneWorkerWhateverTheTuner()
    {
        foreach (ITuner tuner in
            new ITuner[] { new GridTuner(), new RandomTuner(9, seed: 1), new BisectionTuner(0.02, 0.01), new HalvingTuner(2, 1) })
        {
            foreach (int? limit in new int?[] { null, 5 })
            {
                var (expected, _) = Run(tuner, new OneWorker(new Toy(Judge)), limit);
                for (int workers = 1; workers <= 3; workers++)
                {
                    var toys = Toys(workers, trial => JudgeAtLeisure(trial));
                    var (found, _) = Run(tuner, new SideBySide(new TrialTeam(toys)), limit);

                    CollectionAssert.AreEqual(expected, found, $"{tuner.GetType().Name}, {workers} workers");
                    Assert.IsTrue(toys.All(toy => toy.IsDisposed));
                    if (limit is null)
                    {
                        Assert.HasCount(expected.Count, toys.SelectMany(toy => toy.Ran), "no trial in vain");
                    }
                }
            }
        }
    }

    [TestMethod]
    public void Run_ResumedWithMoreWorkersGoesOnAsOneWouldHave()
    {
        var (expected, _) = Run(new BisectionTuner(0.02, 0.01), new OneWorker(new Toy(Judge)), limit: null);
        for (int before = 1; before < expected.Count; before += 3)
        {
            using var file = new JournalFile();
            Run(new BisectionTuner(0.02, 0.01), new OneWorker(new Toy(Judge)), before, file);

            var (found, outcome) = Run(
                new BisectionTuner(0.02, 0.01), new SideBySide(new TrialTeam(Toys(2, JudgeAtLeisure))), limit: null, file);

            CollectionAssert.AreEqual(expected, found);
            Assert.AreEqual(SweepEnding.Completed, outcome.Ending);
        }
    }

    /// <summary>Each trial waits until the other one runs too: one after the other they would wait for ever.</summary>
    [TestMethod]
    public void Run_RunsTwoAtOnce()
    {
        using var both = new Barrier(2);
        var toys = Toys(2, trial => both.SignalAndWait(TimeSpan.FromSeconds(30))
            ? Judge(trial) : throw new InvalidOperationException("it ran alone"));

        var (found, outcome) = Run(new GridTuner(), new SideBySide(new TrialTeam(toys)), limit: null, finalRefit: null);

        Assert.HasCount(16, found);
        Assert.IsFalse(outcome.Results.Any(result => result.Error == "it ran alone"));
    }

    [TestMethod]
    public void Run_RunsNoTwoOfAFamilyBeforeItIsRated()
    {
        var rated = new ConcurrentDictionary<RatedFamily, bool>();
        var running = new ConcurrentDictionary<RatedFamily, int>();
        int clashes = 0;
        var toys = Toys(3, trial =>
        {
            var family = RatedFamily.Of(trial);
            bool isFirst = !rated.ContainsKey(family);
            if (running.AddOrUpdate(family, 1, (_, count) => count + 1) > 1 && isFirst)
            {
                Interlocked.Increment(ref clashes);
            }

            Thread.Sleep(5);
            rated.TryAdd(family, true);
            Thread.Sleep(5);
            running.AddOrUpdate(family, 0, (_, count) => count - 1);
            return Judge(trial);
        });

        var (expected, _) = Run(new GridTuner(), new OneWorker(new Toy(Judge)), limit: null);
        var (found, _) = Run(
            new GridTuner(), new SideBySide(new TrialTeam(toys, trial => rated.ContainsKey(RatedFamily.Of(trial)))), limit: null);

        Assert.AreEqual(0, clashes);
        CollectionAssert.AreEqual(expected, found);
    }

    [TestMethod]
    public void Run_CancelledEndsEveryWorkerAndKeepsWhatCameInOrder()
    {
        using var cancel = new CancellationTokenSource();
        using var running = new CountdownEvent(2);
        var toys = Toys(2, (trial, token) =>
        {
            if (trial.Keep > 0.4)
            {
                return Judge(trial);
            }

            running.Signal();
            if (running.Wait(TimeSpan.FromSeconds(30), CancellationToken.None))
            {
                cancel.Cancel();
            }

            token.WaitHandle.WaitOne(TimeSpan.FromSeconds(30));
            token.ThrowIfCancellationRequested();
            return Judge(trial);
        });
        using var workers = new SideBySide(new TrialTeam(toys));
        var space = SweepToys.Space(0.9, 0.8, 0.3, 0.2, 0.1);

        var outcome = new SweepRunner(space, new GridTuner(), workers, null, new SweepLimits(), _ => { }).Run(cancel.Token);

        Assert.AreEqual(SweepEnding.Cancelled, outcome.Ending);
        CollectionAssert.AreEqual(new[] { 0.9, 0.8 }, outcome.Results.Select(result => result.Keep).ToArray());
        Assert.IsTrue(toys.All(toy => !toy.IsRunning));
    }

    [TestMethod]
    public void Run_TellsFromOneThreadWhichWorkerRunsWhat()
    {
        var told = new List<(int Thread, int? Worker)>();
        using var workers = new SideBySide(new TrialTeam(Toys(2, JudgeAtLeisure)));

        new SweepRunner(
            Space, new GridTuner(), workers, null, new SweepLimits(),
            step => told.Add((Environment.CurrentManagedThreadId, step.Worker))).Run(CancellationToken.None);

        Assert.IsTrue(told.All(step => step.Thread == Environment.CurrentManagedThreadId));
        CollectionAssert.AreEquivalent(new int?[] { null, 1, 2 }, told.Select(step => step.Worker).Distinct().ToArray());
    }

    /// <summary>The first waits for the third, which starts where the second has ended: that one lies there when it is dropped.</summary>
    [TestMethod]
    public void Drop_ForgetsWhatRanAhead()
    {
        using var begun = new ManualResetEventSlim();
        var (first, second, third) = (SweepToys.Trial(0.9), SweepToys.Trial(0.7), SweepToys.Trial(0.5));
        var toys = Toys(2, trial =>
        {
            if (trial == third)
            {
                begun.Set();
            }

            return trial != first || begun.Wait(TimeSpan.FromSeconds(30)) ? Judge(trial) : throw new InvalidOperationException("alone");
        });
        using var workers = new SideBySide(new TrialTeam(toys));

        Assert.IsTrue(workers.Run(first, _ => [second, third], _ => { }, CancellationToken.None).Result.IsCompleted);
        workers.Drop(second);
        workers.Run(second, _ => [], _ => { }, CancellationToken.None);
        workers.Run(third, _ => [], _ => { }, CancellationToken.None);

        CollectionAssert.AreEquivalent(new[] { first, second, second, third }, toys.SelectMany(toy => toy.Ran).ToArray());
    }

    private static (List<string> Lines, SweepOutcome Outcome) Run(
        ITuner tuner, ITrialWorkers workers, int? limit, JournalFile? file = null, PruneRefit? finalRefit = PruneRefit.None)
    {
        using var own = file is null ? new JournalFile() : null;
        using var journal = (file ?? own!).Open();
        using (workers)
        {
            var outcome = new SweepRunner(
                Space, tuner, workers, journal, new SweepLimits { Trials = limit, FinalRefit = finalRefit }, _ => { })
                .Run(CancellationToken.None);
            return ([.. outcome.Results.Append(outcome.Final).OfType<TrialResult>().Select(SweepToys.Figures)], outcome);
        }
    }

    // Families differ, so that bisections end at different fractions; one trial fails.
    private static TrialResult Judge(Trial trial) => trial is { Keep: 0.7, Criterion: PruneCriterion.Taylor, CalibrationImages: null }
        ? throw new InvalidOperationException("out of luck")
        : SweepToys.Result(
            trial, 0.9 - ((trial.Block.Height / 60.0) * (1 - trial.Keep) * (1 - trial.Keep)), (long)(1000 * trial.Keep));

    private static TrialResult JudgeAtLeisure(Trial trial)
    {
        Thread.Sleep(Math.Abs(trial.GetHashCode() % 7)); // hashes of doubles and enums: other orders in every run
        return Judge(trial);
    }

    private static Toy[] Toys(int count, Func<Trial, TrialResult> judge) => Toys(count, (trial, _) => judge(trial));

    private static Toy[] Toys(int count, Func<Trial, CancellationToken, TrialResult> judge) =>
        [.. Enumerable.Range(0, count).Select(_ => new Toy(judge))];

    /// <summary>Holds its caller to one call at a time.</summary>
    private sealed class Toy(Func<Trial, CancellationToken, TrialResult> judge) : ITrialExecutor
    {
        private int _calls;

        public Toy(Func<Trial, TrialResult> judge)
            : this((trial, _) => judge(trial))
        {
        }

        public List<Trial> Ran { get; } = [];

        public bool IsRunning => _calls > 0;

        public bool IsDisposed { get; private set; }

        public double DenseTop1 => 0.9;

        public int CalibrationImages => 1000;

        public void Dispose()
        {
            Assert.IsFalse(IsRunning);
            IsDisposed = true;
        }

        public TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken)
        {
            Assert.AreEqual(1, Interlocked.Increment(ref _calls), "one call at a time");
            try
            {
                Ran.Add(trial);
                onProgress(new PruneProgress(PruneStage.Refitting, 0, 1));
                return new TrialOutcome(judge(trial, cancellationToken));
            }
            finally
            {
                Interlocked.Decrement(ref _calls);
            }
        }
    }
}
