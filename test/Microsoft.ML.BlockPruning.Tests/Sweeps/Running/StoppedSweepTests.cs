using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Sweeps.Running;
using Microsoft.ML.BlockPruning.Sweeps.Tuners;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Running;

/// <summary>Sweeps that stop trials early: three criteria, the second worse than the first, the third different by chance alone.</summary>
[TestClass]
public sealed class StoppedSweepTests
{
    private static readonly SweepSpace Space = SweepToys.Space(
        [0.9, 0.7, 0.5, 0.3, 0.1], [new BlockShape(8, 8)], [PruneCriterion.ObsPath, PruneCriterion.Taylor, PruneCriterion.Magnitude]);

    private static readonly SweepLimits Stopping = new() { StopSignificance = 0.01, MaximumDrop = 0.05, FinalRefit = PruneRefit.None };

    [TestMethod]
    public void Run_StopsWhatIsWorseAndNothingElse()
    {
        var executor = new SweepToys.Executor(Judge);
        using var file = new JournalFile();

        var outcome = Run(file, Stopping, executor);

        Assert.HasCount(15, outcome.Results);
        var stopped = outcome.Results.Where(result => result.Status == TrialStatus.Stopped).Select(result => result.Trial).ToList();
        CollectionAssert.AreEqual(
            new[] { 0.5, 0.3, 0.1 }.Select(keep => SweepToys.Trial(keep) with { Criterion = PruneCriterion.Taylor }).ToList(), stopped);
        Assert.IsFalse(executor.Ran.Intersect(stopped).Any());
        Assert.HasCount(12 + 1, executor.Ran);
        Assert.IsTrue(outcome.Results.All(result => result.Status != TrialStatus.Stopped || result.Seconds == 0));
    }

    [TestMethod]
    public void Run_WithoutStoppingRunsAll()
    {
        var executor = new SweepToys.Executor(Judge);
        using var file = new JournalFile();

        Run(file, Stopping with { StopSignificance = null }, executor);

        Assert.HasCount(15 + 1, executor.Ran);
    }

    [TestMethod]
    public void Run_ResumedHasTheJournalOfTheUninterruptedRun()
    {
        string[] expected = Whole(new GridTuner());
        for (int before = 1; before < expected.Length; before++)
        {
            using var file = new JournalFile();
            Run(file, Stopping with { Trials = before, FinalRefit = null }, new SweepToys.Executor(Judge));
            Run(file, Stopping, new SweepToys.Executor(Judge), mode: before % 2 == 0 ? ResumeMode.Resume : ResumeMode.RetryErrored);

            CollectionAssert.AreEqual(expected, Trials(file), $"after {before}");
        }
    }

    [TestMethod]
    public void Run_WithWorkersHasTheJournalOfOne()
    {
        foreach (ITuner tuner in
            new ITuner[] { new GridTuner(), new RandomTuner(9, seed: 1), new BisectionTuner(0.05, 0.1), new HalvingTuner(2, 1) })
        {
            string[] expected = Whole(tuner);
            for (int sample = 0; sample < 12; sample++)
            {
                using var file = new JournalFile();
                Run(file, Stopping, Leisurely(1 + (sample % 4), sample), tuner);

                CollectionAssert.AreEqual(expected, Trials(file), $"{tuner.GetType().Name}, {1 + (sample % 4)} workers");
            }
        }
    }

    /// <summary>The rival's last trial waits for one of the worse family, which runs ahead and is thrown away in its turn.</summary>
    [TestMethod]
    public void Run_ThrowsAwayWhatRanAheadAndIsStopped()
    {
        using var file = new JournalFile();
        using var ahead = new ManualResetEventSlim();
        var last = SweepToys.Trial(0.1);
        var executors = Enumerable.Range(0, 3).Select(_ => new SweepToys.Executor(trial =>
        {
            if (trial == last)
            {
                ahead.Wait(TimeSpan.FromSeconds(30), CancellationToken.None);
            }
            else if (trial == last with { Criterion = PruneCriterion.Taylor })
            {
                ahead.Set();
            }

            return Judge(trial);
        })).ToArray();

        Run(file, Stopping, new SideBySide(new TrialTeam(executors)), new GridTuner(), ResumeMode.Resume);

        Assert.IsTrue(ahead.IsSet, "none was thrown away: the test shows nothing");
        CollectionAssert.AreEqual(Whole(new GridTuner()), Trials(file));
    }

    /// <summary>A journal with stopped trials is one of any sweep: without stopping they run, with it what is completed stands.</summary>
    [TestMethod]
    public void Run_ToldOtherwiseRunsWhatWasStopped()
    {
        using var file = new JournalFile();
        Run(file, Stopping, new SweepToys.Executor(Judge));
        var executor = new SweepToys.Executor(Judge);

        var outcome = Run(file, Stopping with { StopSignificance = null }, executor);

        Assert.HasCount(3, executor.Ran);
        Assert.IsTrue(outcome.Results.All(result => result.Status == TrialStatus.Completed));
        executor.Ran.Clear();
        outcome = Run(file, Stopping, executor);
        Assert.IsEmpty(executor.Ran);
        Assert.IsTrue(outcome.Results.All(result => result.Status == TrialStatus.Completed));
    }

    [TestMethod]
    public void Run_TellsAStoppedTrialWithoutAStart()
    {
        var told = new List<SweepProgress>();
        new SweepRunner(Space, new GridTuner(), new OneWorker(new SweepToys.Executor(Judge)), null, Stopping, told.Add)
            .Run(CancellationToken.None);

        var stopped = told.Where(step => step.Criterion == PruneCriterion.Taylor && step.Keep == 0.1).ToList();
        Assert.HasCount(1, stopped);
        Assert.AreEqual(TrialStatus.Stopped, stopped[0].Result!.Status);
        Assert.AreEqual(10, stopped[0].Finished);
        Assert.IsFalse(stopped[0].IsFromJournal);
    }

    private static string[] Whole(ITuner tuner)
    {
        using var file = new JournalFile();
        Run(file, Stopping, new SweepToys.Executor(Judge), tuner);
        return Trials(file);
    }

    private static SweepOutcome Run(
        JournalFile file, SweepLimits limits, ITrialExecutor executor, ITuner? tuner = null, ResumeMode mode = ResumeMode.Resume) =>
        Run(file, limits, new OneWorker(executor), tuner ?? new GridTuner(), mode);

    private static SweepOutcome Run(JournalFile file, SweepLimits limits, ITrialWorkers workers, ITuner tuner) =>
        Run(file, limits, workers, tuner, ResumeMode.Resume);

    private static SweepOutcome Run(JournalFile file, SweepLimits limits, ITrialWorkers workers, ITuner tuner, ResumeMode mode)
    {
        using var journal = file.Open(mode);
        using (workers)
        {
            return new SweepRunner(Space, tuner, workers, journal, limits, _ => { }).Run(CancellationToken.None);
        }
    }

    // All lines but the headers: nothing in the toys' figures is the clock's.
    private static string[] Trials(JournalFile file) =>
        [.. File.ReadLines(file.FilePath).Where(line => !line.StartsWith("{\"journal\"", StringComparison.Ordinal))];

    private static SideBySide Leisurely(int workers, int seed) => new(new TrialTeam(
    [
        .. Enumerable.Range(0, workers).Select(_ => new SweepToys.Executor(trial =>
        {
            Thread.Sleep(new Random(HashCode.Combine(trial, seed)).Next(5));
            return Judge(trial);
        })),
    ]));

    // KL of an image falls with what is kept; noise is another one in every trial.
    private static TrialResult Judge(Trial trial)
    {
        var noise = new Random((int)(1000 * trial.Keep) + (7919 * (int)trial.Criterion));
        double worse = trial.Criterion == PruneCriterion.Taylor ? 2 : 1;
        return SweepToys.Result(
            trial, 0.9 - (0.1 * worse * (1 - trial.Keep)), (long)(1000 * trial.Keep),
            [.. Enumerable.Range(0, 100).Select(image => (float)(worse * (1 - trial.Keep) * (0.5 + noise.NextDouble())))]);
    }
}
