using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Tests.Processes;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Runs.Resuming;

/// <summary>A pruning that is stopped, by a kill too, goes on where it stood and ends as if nothing had been.</summary>
[TestClass]
public sealed class CheckpointFolderTests : IDisposable
{
    private readonly CheckpointSubject _subject = new();

    public void Dispose() => _subject.Dispose();

    [TestMethod]
    [DataRow(PruneStage.Scoring, 3, "shot-0-basis")] // the first shot's ratings are not done
    [DataRow(PruneStage.Allocating, 1, "shot-0-basis shot-1-ratings")]
    [DataRow(PruneStage.Refitting, 60, "shot-0-basis shot-1-choice shot-1-layer-00")]
    [DataRow(
        PruneStage.FineTuning, 3,
        "fine-tuning shot-0-basis shot-1-choice shot-1-layer-00 shot-1-layer-01 shot-2-choice shot-2-layer-00 shot-2-layer-01")]
    public void Fit_AfterAKillEndsInTheSameBits(PruneStage stage, int report, string kept)
    {
        using var undisturbed = CheckpointSubject.Fit(_subject.Options());

        var killed = ChildProcess.Run(
            typeof(CheckpointSubject), _subject.ModelPath, _subject.Folder, stage.ToString(), report.ToString());

        Assert.AreEqual(137, killed.ExitCode, killed.Error); // 128 + SIGKILL
        CollectionAssert.AreEqual(
            kept.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => $"prune-{name}.safetensors").ToArray(), _subject.Files);
        var options = _subject.Options();
        options.CheckpointFolder = _subject.Folder;
        using var resumed = CheckpointSubject.Fit(options);
        Assert.AreEqual(CheckpointSubject.Result(undisturbed), CheckpointSubject.Result(resumed));
    }

    [TestMethod]
    [DataRow(PruneAllocation.MeasuredCurves, PruneRefit.Feedback)]
    [DataRow(PruneAllocation.InteractionAware, PruneRefit.Reconstruction)]
    [DataRow(PruneAllocation.Uniform, PruneRefit.LayerByLayer)]
    [DataRow(PruneAllocation.Global, PruneRefit.None)]
    public void Fit_ByAnyMethodGoesOn(PruneAllocation allocation, PruneRefit refit)
    {
        BlockPruneEstimator.Options Options(bool isKept)
        {
            var options = _subject.Options();
            (options.Allocation, options.Refit, options.FineTuning) = (allocation, refit, null);
            options.CheckpointFolder = isKept ? _subject.Folder : null;
            return options;
        }

        using var undisturbed = CheckpointSubject.Fit(Options(isKept: false));
        CheckpointSubject.Stop(Options(isKept: true), PruneStage.Refitting, after: 1);
        var calibrated = new List<PruneProgress>();
        var last = Options(isKept: true);
        last.Progress = new CheckpointSubject.Reporter(step =>
        {
            if (step.Stage == PruneStage.Calibrating && step.Shot == 1)
            {
                calibrated.Add(step);
            }
        });

        using var resumed = CheckpointSubject.Fit(last);

        Assert.AreEqual(CheckpointSubject.Result(undisturbed), CheckpointSubject.Result(resumed));
        CollectionAssert.AreEqual(new double?[] { 0, 1 }, calibrated.Select(step => step.Share).ToArray(), "it was calibrated again");
    }

    [TestMethod]
    public void Fit_OfAFinishedRunDoesNothingAgain()
    {
        var options = _subject.Options();
        options.CheckpointFolder = _subject.Folder;
        using var first = CheckpointSubject.Fit(options);
        string[] files = _subject.Files;
        var times = Directory.GetFiles(_subject.Folder).Select(File.GetLastWriteTimeUtc).ToList();
        options.Progress = new CheckpointSubject.Reporter(step => Assert.IsFalse(
            step.Stage is PruneStage.Calibrating or PruneStage.Scoring or PruneStage.Allocating or PruneStage.Refitting
            && step.Done > 0 && step.Done < step.Total,
            $"{step.Stage} was done again"));

        using var second = CheckpointSubject.Fit(options);

        Assert.AreEqual(CheckpointSubject.Result(first), CheckpointSubject.Result(second));
        CollectionAssert.AreEqual(files, _subject.Files);
        CollectionAssert.AreEqual(times, Directory.GetFiles(_subject.Folder).Select(File.GetLastWriteTimeUtc).ToList());
    }

    [TestMethod]
    public void Fit_GoesOnWithinTheRefitAfterTheLayersThatAreDone()
    {
        var options = _subject.Options();
        options.CheckpointFolder = _subject.Folder;
        CheckpointSubject.Stop(options, PruneStage.Refitting, after: 60);
        var refitted = new List<PruneProgress>();
        options.Progress = new CheckpointSubject.Reporter(step =>
        {
            if (step.Stage == PruneStage.Refitting && step.Shot == 1)
            {
                refitted.Add(step);
            }
        });

        CheckpointSubject.Fit(options).Dispose();

        // The network has two layers of one size; the second begins where the first ended.
        Assert.AreEqual(refitted[0].Total / 2, refitted[0].Done, refitted[0].Total / 8.0);
        CollectionAssert.AreEqual(
            Enumerable.Range(refitted[0].Done, refitted[0].Total - refitted[0].Done + 1).ToArray(),
            refitted.Select(step => step.Done).ToArray());
    }

    [TestMethod]
    public void Fit_FreesWhatItTakesOver()
    {
        var options = _subject.Options();
        options.CheckpointFolder = _subject.Folder;
        CheckpointSubject.Stop(options, PruneStage.Refitting, after: 60);
        options.Progress = null;
        var guard = TensorLeakGuard.Start();

        CheckpointSubject.Fit(options).Dispose();

        guard.AssertNothingLeaked();
    }

    [TestMethod]
    public void Fit_ToABudgetOfTimeKeepsTheTimesThatItWasMetBy()
    {
        var options = _subject.Options();
        options.Budget = PruneBudget.Latency(0.8);
        (options.Shots, options.FineTuning, options.CheckpointFolder) = (1, null, _subject.Folder);
        int measured = 0;
        BlockPruneEstimator Estimator(MLContext ml) => new(ml, options)
        {
            // Another time at every call, as of a clock.
            MeasureLatency = (_, _, grids, request, _) =>
            {
                measured++;
                var table = new LatencyTable(0.1 * measured, grids.Layers.ToDictionary(
                    layer => layer.Name, layer => new LatencyCurve([0.1, 0.3 * measured, 1.1], dense: 1 / 3.0), StringComparer.Ordinal));
                return new LatencyConstraint(table, request.Keep * table.DenseMilliseconds);
            },
        };
        using var first = CheckpointSubject.Fit(Estimator);
        CollectionAssert.Contains(_subject.Files, "prune-times.safetensors");
        foreach (string path in Directory.GetFiles(_subject.Folder, "prune-shot-*"))
        {
            File.Delete(path); // the choice is made anew, by the times of before
        }

        using var second = CheckpointSubject.Fit(Estimator);

        Assert.AreEqual(1, measured);
        Assert.AreEqual(CheckpointSubject.Result(first), CheckpointSubject.Result(second));
    }

    [TestMethod]
    public void Remove_TakesTheStateAwayAndNothingElse()
    {
        var options = _subject.Options();
        options.CheckpointFolder = _subject.Folder;
        CheckpointSubject.Fit(options).Dispose();
        string mine = Path.Combine(_subject.Folder, "notes.txt");
        File.WriteAllText(mine, "mine");

        PruneCheckpoint.Remove(_subject.Folder);

        CollectionAssert.AreEqual(new[] { "notes.txt" }, _subject.Files);
        File.Delete(mine);
        PruneCheckpoint.Remove(_subject.Folder);
        Assert.IsFalse(Directory.Exists(_subject.Folder));
        PruneCheckpoint.Remove(_subject.Folder);
    }
}
