using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Sweeps.Journal;
using Microsoft.ML.BlockPruning.Sweeps.Running;
using Microsoft.ML.BlockPruning.Sweeps.Tuners;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Running;

[TestClass]
public sealed class SweepRunnerTests
{
    private static readonly double[] Keeps = [0.9, 0.7, 0.5, 0.3, 0.1];

    [TestMethod]
    public void Run_KilledAfterAnyTrialAndResumedEqualsTheUninterruptedRun()
    {
        foreach (ITuner tuner in new ITuner[] { new GridTuner(), new RandomTuner(6, seed: 1), new BisectionTuner(0.02, 0.01) })
        {
            var whole = Run(new SweepToys.Executor(SweepToys.Judge), tuner, journal: null);
            for (int killedAfter = 0; killedAfter <= whole.Results.Count; killedAfter++)
            {
                using var file = new JournalFile();
                Assert.ThrowsExactly<OperationCanceledException>(() => Interrupt(tuner, file, killedAfter));
                var executor = new SweepToys.Executor(SweepToys.Judge);
                using var journal = file.Open();
                var resumed = Run(executor, tuner, journal);

                Assert.HasCount(whole.Results.Count - killedAfter, executor.Ran, "no finished trial runs again");
                CollectionAssert.AreEqual(
                    whole.Results.Select(SweepToys.Figures).ToList(), resumed.Results.Select(SweepToys.Figures).ToList());
                Assert.AreEqual(whole.Recommended!.Trial, resumed.Recommended!.Trial);
            }
        }
    }

    [TestMethod]
    public void Run_ReportsAFailedTrialAndGoesOn()
    {
        using var file = new JournalFile();
        using var journal = file.Open();
        var executor = new SweepToys.Executor(
            trial => trial.Keep == 0.5 ? throw new InvalidOperationException("out of luck") : SweepToys.Judge(trial));

        var outcome = Run(executor, new GridTuner(), journal);

        Assert.HasCount(5, outcome.Results);
        Assert.AreEqual("out of luck", outcome.Results.Single(result => !result.IsCompleted).Error);
        Assert.AreEqual("out of luck", journal.Find(SweepToys.Trial(0.5))!.Error);
        Assert.AreEqual(SweepEnding.Completed, outcome.Ending);
    }

    [TestMethod]
    public void Run_EndsWithTheRecommendedTrialInTheFinalRefitAndTakesItFromTheJournalLater()
    {
        using var file = new JournalFile();
        var limits = new SweepLimits { FinalRefit = PruneRefit.Reconstruction, MaximumDrop = 0.02 };
        for (int run = 0; run < 2; run++)
        {
            var executor = new SweepToys.Executor(SweepToys.Judge);
            using var journal = file.Open();
            var outcome = Run(executor, new GridTuner(), journal, limits);

            Assert.AreEqual(0.7, outcome.Recommended!.Keep);
            Assert.AreEqual(PruneRefit.Feedback, outcome.Recommended.Refit);
            Assert.AreEqual(outcome.Recommended.Trial with { Refit = PruneRefit.Reconstruction }, outcome.Final!.Trial);
            Assert.AreEqual(outcome.Final, outcome.Answer);
            Assert.IsTrue(outcome.Results.All(result => result.Refit == PruneRefit.Feedback), "figures of two refits do not mix");
            Assert.HasCount(run == 0 ? 6 : 0, executor.Ran);
        }
    }

    [TestMethod]
    public void Run_AnswersWithTheRecommendedTrialWhereTheFinalRefitFails()
    {
        var executor = new SweepToys.Executor(
            trial => trial.Refit == PruneRefit.Reconstruction
                ? throw new InvalidOperationException("out of luck") : SweepToys.Judge(trial));

        var outcome = Run(executor, new GridTuner(), null, new SweepLimits { FinalRefit = PruneRefit.Reconstruction });

        Assert.AreEqual("out of luck", outcome.Final!.Error);
        Assert.AreSame(outcome.Recommended, outcome.Answer);
        Assert.AreEqual(SweepEnding.Completed, outcome.Ending);
    }

    [TestMethod]
    public void Run_KeepsAsManyNetworksOfTheBestAsItWasTold()
    {
        var network = TestNetworks.Sparse(TestNetworks.Config());
        var executor = new SweepToys.Executor(SweepToys.Judge, network);

        var outcome = Run(executor, new GridTuner(), null, new SweepLimits { Models = 2, MaximumDrop = 0.06 });

        // 0.2 (1 - keep)² lost: 0.05 at 0.5 is the most within the drop, 0.7 comes second.
        CollectionAssert.AreEquivalent(new[] { 0.5, 0.7 }, outcome.Models.Keys.Select(trial => trial.Keep).ToArray());
    }

    [TestMethod]
    public void Run_EndsAtTheLimitOfTrials()
    {
        var outcome = Run(new SweepToys.Executor(SweepToys.Judge), new GridTuner(), null, new SweepLimits { Trials = 2 });

        CollectionAssert.AreEqual(new[] { 0.9, 0.7 }, outcome.Results.Select(result => result.Keep).ToArray());
        Assert.AreEqual(SweepEnding.TrialLimit, outcome.Ending);
    }

    [TestMethod]
    public void Run_KeepsWhatIsDoneWhenCancelled()
    {
        using var cancel = new CancellationTokenSource();
        using var file = new JournalFile();
        using var journal = file.Open();
        var executor = new SweepToys.Executor(trial =>
        {
            if (trial.Keep == 0.5)
            {
                cancel.Cancel();
            }

            return SweepToys.Judge(trial);
        });

        var runner = new SweepRunner(
            SweepToys.Space(Keeps), new GridTuner(), new OneWorker(executor), journal, new SweepLimits(), _ => { });
        var outcome = runner.Run(cancel.Token);

        Assert.AreEqual(SweepEnding.Cancelled, outcome.Ending);
        Assert.HasCount(3, outcome.Results);
        Assert.AreEqual(3, journal.Count);
    }

    [TestMethod]
    public void Run_EndsWhenTheTimeIsUp()
    {
        var executor = new SweepToys.Executor(SweepToys.Judge);
        var clock = new ManualTime();
        var runner = new SweepRunner(
            SweepToys.Space(Keeps), new GridTuner(), new OneWorker(executor, clock), null,
            new SweepLimits { Time = TimeSpan.FromSeconds(10) },
            step => clock.FireAfter(step.Result is null ? 0 : step.Finished, dueAfter: 2), clock);

        var outcome = runner.Run(CancellationToken.None);

        Assert.AreEqual(SweepEnding.TimeLimit, outcome.Ending);
        Assert.HasCount(2, outcome.Results);
    }

    [TestMethod]
    public void Run_TellsStartAndEndOfEveryTrial()
    {
        var told = new List<string>();
        var runner = new SweepRunner(
            SweepToys.Space(0.5, 0.3), new GridTuner(), new OneWorker(new SweepToys.Executor(SweepToys.Judge)), null, new SweepLimits(),
            step => told.Add(FormattableString.Invariant($"{step.Keep} {step.Finished}/{step.Total} {step.Result?.Status}")));

        runner.Run(CancellationToken.None);

        CollectionAssert.AreEqual(new[] { "0.5 0/2 ", "0.5 1/2 Completed", "0.3 1/2 ", "0.3 2/2 Completed" }, told);
    }

    private static SweepOutcome Run(ITrialExecutor executor, ITuner tuner, TrialJournal? journal, SweepLimits? limits = null) =>
        new SweepRunner(SweepToys.Space(Keeps), tuner, new OneWorker(executor), journal, limits ?? new SweepLimits(), _ => { })
            .Run(CancellationToken.None);

    // As a kill between two trials: nothing of the process is left but the file.
    private static void Interrupt(ITuner tuner, JournalFile file, int killedAfter)
    {
        using var journal = file.Open();
        int ran = 0;
        Run(
            new SweepToys.Executor(trial => ran++ == killedAfter ? throw new OperationCanceledException() : SweepToys.Judge(trial)),
            tuner, journal);
        throw new OperationCanceledException(); // killed after the last trial
    }
}
