using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;

namespace Microsoft.ML.BlockPruning.Tests;

[TestClass]
public sealed class SparsitySweepTests
{
    [TestMethod]
    public void Run_GivesTheFiguresThatPruneBlocksGives()
    {
        using var subject = new FitSubject();
        var train = subject.Data(12);
        var test = subject.Data(9);

        var result = Sweep(subject).SetDataset(train, test).Run();

        Assert.AreEqual(SweepEnding.Completed, result.Ending);
        Assert.HasCount(2, result.Trials);
        foreach (var trial in result.Trials)
        {
            subject.Options.Budget = PruneBudget.Flops(trial.Keep);
            subject.Options.ValidationSet = test;
            subject.Options.Refit = PruneRefit.Feedback;
            using var expected = subject.Fit(train);
            Assert.AreEqual(expected.MultiplyAdds, trial.MultiplyAdds);
            Assert.AreEqual(expected.WeightBytes, trial.Bytes);
            Assert.AreEqual(expected.Report!.Network.HeldOut!.KlDivergence, trial.Kl);
            Assert.AreEqual(expected.Report.Network.HeldOut.PrunedTop1, trial.Top1);
            Assert.AreEqual(expected.Report.Network.HeldOut.DenseTop1, result.DenseTop1);
        }
    }

    [TestMethod]
    public void Run_EndsWithTheRefitOfTheOptionsAndMakesTheModelWithIt()
    {
        using var subject = new FitSubject();
        subject.Options.Refit = PruneRefit.None;
        var train = subject.Data(12);
        var test = subject.Data(9);

        var result = Sweep(subject).SetDataset(train, test).Run();

        Assert.IsTrue(result.Trials.All(trial => trial.Refit == PruneRefit.Feedback));
        Assert.AreEqual(PruneRefit.None, result.Final!.Refit);
        Assert.AreEqual(result.Recommended!.Keep, result.Final.Keep);
        subject.Options.Budget = PruneBudget.Flops(result.Final.Keep);
        subject.Options.ValidationSet = test;
        using var expected = subject.Fit(train);
        using var found = result.CreateModel();
        Assert.AreEqual(expected.Report!.Network.HeldOut!.KlDivergence, result.Final.Kl);
        TestData.AssertSameBits(TestData.Scores(expected.Transform(test)), TestData.Scores(found.Transform(test)));
    }

    [TestMethod]
    public void Run_FineTunesAsPruneBlocksDoes()
    {
        using var subject = new FitSubject();
        subject.Options.FineTuning = new FineTuneOptions { Epochs = 9, BatchSize = 4, LearningRate = 1e-3 };
        subject.Options.Refit = PruneRefit.Feedback;
        var train = subject.Data(12);
        var test = subject.Data(9);
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Sweep(subject).SetDataset(train, test).Run()).Message, "FineTuneEpochs");
        var space = new SparsitySearchSpace { Keep = [0.6], Block = [new BlockShape(8, 8)], FineTuneEpochs = [0, 2] };

        var result = Sweep(subject).SetSearchSpace(space).SetDataset(train, test).Run();

        Assert.HasCount(2, result.Trials);
        Assert.AreNotEqual(result.Trials[0].Kl, result.Trials[1].Kl);
        subject.Options.FineTuning.Epochs = 2;
        subject.Options.Budget = PruneBudget.Flops(0.6);
        subject.Options.ValidationSet = test;
        using var expected = subject.Fit(train);
        Assert.AreEqual(expected.Report!.Network.HeldOut!.KlDivergence, result.Trials[1].Kl);
    }

    [TestMethod]
    public void Run_JudgesEveryImageOnceWhereItIsGivenFolds()
    {
        using var subject = new FitSubject();
        var data = subject.Data(13);
        var space = new SparsitySearchSpace { Keep = [0.999, 0.6], Block = [new BlockShape(8, 8)] };

        var result = Sweep(subject).SetSearchSpace(space).SetDataset(data, folds: 3).Run();

        // What the dense network finds of all images does not depend on the folds.
        subject.Options.Budget = PruneBudget.Flops(1);
        subject.Options.ValidationSet = data;
        using var dense = subject.Fit(data);
        Assert.AreEqual(dense.Report!.Network.HeldOut!.DenseTop1!.Value, result.DenseTop1, 1e-12);
        Assert.AreEqual(Math.Round(13 * result.Trials[1].Top1!.Value), 13 * result.Trials[1].Top1!.Value, 1e-9, "13 images, each once");
        Assert.AreEqual(13, result.CreateReport().Dense!.Images);
        // The model is pruned with all images.
        subject.Options.Budget = PruneBudget.Flops(0.6);
        subject.Options.Refit = PruneRefit.Feedback;
        using var expected = subject.Fit(data);
        using var found = result.CreateModelOf(result.Trials[1]);
        TestData.AssertSameBits(TestData.Scores(expected.Transform(data)), TestData.Scores(found.Transform(data)));
        subject.Options.ValidationSet = null;
        Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(subject).SetDataset(data, folds: 14).Run());
    }

    [TestMethod]
    public void Run_InAChildProcessGivesTheSameToTheBit()
    {
        using var subject = new FitSubject();
        subject.Options.LayerFloor = 0.1;
        var train = subject.Data(12);
        var test = subject.Data(9);
        var here = Sweep(subject).SetDataset(train, test).Run();

        var there = Sweep(subject).SetDataset(train, test).SetExecutor(SweepExecutor.ChildProcess)
            .SetMaximumMemoryUsageInMegaByte(8192).Run();

        CollectionAssert.AreEqual(Figures(here), Figures(there));
        Assert.AreEqual(Sweeps.SweepToys.Figures(here.Final!), Sweeps.SweepToys.Figures(there.Final!));
        using var expected = here.CreateModel();
        using var found = there.CreateModel();
        TestData.AssertSameBits(TestData.Scores(expected.Transform(test)), TestData.Scores(found.Transform(test)));
    }

    [TestMethod]
    [DataRow("grid")]
    [DataRow("bisection")]
    public void Run_OnTwoWorkersLeavesTheJournalThatOneLeaves(string tuner)
    {
        using var subject = new FitSubject();
        var train = subject.Data(12);
        var test = subject.Data(9);
        var space = new SparsitySearchSpace
        {
            Keep = [0.8, 0.6],
            Block = [new BlockShape(8, 8), new BlockShape(8, 4)],
            Criterion = [PruneCriterion.ObsPath, PruneCriterion.Magnitude],
        };
        var journals = new List<List<string>>();
        foreach (int workers in new[] { 1, 2 })
        {
            using var file = new Sweeps.JournalFile();
            var result = Sweep(subject).SetSearchSpace(space).SetDataset(train, test).SetJournal(file.FilePath)
                .SetTuner(tuner == "grid" ? SparsityTuner.Grid() : SparsityTuner.Bisection(0.2, 0.1)).SetWorkers(workers).Run();

            Assert.AreEqual(SweepEnding.Completed, result.Ending);
            Assert.AreEqual("", string.Join(' ', result.Trials.Select(trial => trial.Error)).Trim());
            journals.Add([.. File.ReadLines(file.FilePath).Select(WithoutTimes)]);
            Assert.AreEqual(workers > 1, result.CreateReport().Notes.Any(note => note.Contains("side by side", StringComparison.Ordinal)));
            using var model = result.CreateModel();
            journals[^1].Add(string.Join(' ', TestData.Scores(model.Transform(test)).SelectMany(scores => scores)));
        }

        Assert.IsGreaterThan(9, journals[0].Count, "header, reference, eight trials, final, scores");
        CollectionAssert.AreEqual(journals[0], journals[1]);
    }

    [TestMethod]
    public void Run_RefusesWorkersThatCannotBe()
    {
        using var subject = new FitSubject();
        var sweep = Sweep(subject).SetDataset(subject.Data(12), subject.Data(9));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => sweep.SetWorkers(0));

        sweep.SetWorkers(2).SetSearchSpace(new SparsitySearchSpace { Budget = PruneBudget.Latency(1) });
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => sweep.Run()).Message, "2 workers");

        sweep.SetSearchSpace(new SparsitySearchSpace()).SetExecutor(_ => throw new NotSupportedException("not reached"));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => sweep.Run()).Message, "SetWorkers");
    }

    [TestMethod]
    public void Run_RefusesALimitOfMemoryThatNoTrialCanKeep()
    {
        using var subject = new FitSubject();
        var sweep = Sweep(subject).SetDataset(subject.Data(12), subject.Data(9)).SetMaximumMemoryUsageInMegaByte(10);

        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => sweep.Run()).Message, "limit of 10 MB");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => sweep.SetMaximumMemoryUsageInMegaByte(double.NaN));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => sweep.SetExecutor((SweepExecutor)9));
    }

    [TestMethod]
    public void Run_HalvesDownToTheTrialsOfAGrid()
    {
        using var subject = new FitSubject();
        var space = new SparsitySearchSpace
        {
            Keep = [0.6],
            Block = [new BlockShape(8, 8)],
            Criterion = [PruneCriterion.ObsPath, PruneCriterion.Magnitude],
        };
        var train = subject.Data(12);
        var test = subject.Data(9);

        var grid = Sweep(subject).SetSearchSpace(space).SetDataset(train, test).Run();
        var halved = Sweep(subject).SetSearchSpace(space).SetDataset(train, test)
            .SetTuner(SparsityTuner.SuccessiveHalving(factor: 2, leastImages: 1)).Run();

        CollectionAssert.AreEqual(new int?[] { 6, 6, null }, halved.Trials.Select(trial => trial.CalibrationImages).ToArray());
        CollectionAssert.Contains(Figures(grid), Sweeps.SweepToys.Figures(halved.Trials[2]));
        Assert.HasCount(1, halved.ParetoFront());
    }

    [TestMethod]
    public void Run_ResumedGivesTheSameAndTheSameModel()
    {
        using var subject = new FitSubject();
        using var file = new Sweeps.JournalFile();
        var train = subject.Data(12);
        var test = subject.Data(9);
        var whole = Sweep(subject).SetDataset(train, test).Run();

        Sweep(subject).SetDataset(train, test).SetJournal(file.FilePath).SetMaxModelToExplore(1).Run();
        var resumed = Sweep(subject).SetDataset(train, test).SetJournal(file.FilePath).Run();
        var again = Sweep(subject).SetDataset(train, test).SetJournal(file.FilePath).Run();

        CollectionAssert.AreEqual(Figures(whole), Figures(resumed));
        CollectionAssert.AreEqual(resumed.Trials.Select(t => t.Milliseconds).ToList(), again.Trials.Select(t => t.Milliseconds).ToList());
        Assert.AreEqual(resumed.CreateReport().Dense!.Milliseconds, again.CreateReport().Dense!.Milliseconds, "timed once");
        Assert.HasCount(1, File.ReadLines(file.FilePath).Where(line => line.Contains("\"reference\"", StringComparison.Ordinal)));
        using var kept = whole.CreateModel();
        using var prunedAgain = again.CreateModel();
        TestData.AssertSameBits(TestData.Scores(kept.Transform(test)), TestData.Scores(prunedAgain.Transform(test)));
    }

    [TestMethod]
    public void Run_ReportsABudgetThatCannotBeMetAsFailed()
    {
        using var subject = new FitSubject();

        var result = Sweep(subject).SetSearchSpace(new SparsitySearchSpace { Keep = [0.7, 0.001], Block = [new BlockShape(8, 8)] })
            .SetDataset(subject.Data(12), subject.Data(9)).Run();

        Assert.AreEqual(TrialStatus.Completed, result.Trials[0].Status);
        Assert.AreEqual(TrialStatus.Failed, result.Trials[1].Status);
        StringAssert.Contains(result.Trials[1].Error, "multiply-adds");
        Assert.HasCount(1, result.ParetoFront());
    }

    [TestMethod]
    public void Run_RefusesTheJournalOfAnotherNetwork()
    {
        using var subject = new FitSubject();
        using var other = new FitSubject(weights => weights.Head.Bias[0] += 1);
        using var file = new Sweeps.JournalFile();
        Sweep(subject).SetDataset(subject.Data(12), subject.Data(9)).SetJournal(file.FilePath).SetMaxModelToExplore(1).Run();

        var error = Assert.ThrowsExactly<InvalidDataException>(
            () => Sweep(other).SetDataset(other.Data(12), other.Data(9)).SetJournal(file.FilePath).Run());

        StringAssert.Contains(error.Message, "the model");
        Assert.DoesNotContain("the images", error.Message);
    }

    [TestMethod]
    public void Run_NeedsADatasetWithLabels()
    {
        using var subject = new FitSubject();
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(subject).Run()).Message, "SetDataset");

        var unlabelled = subject.Ml.Transforms.DropColumns("Label").Fit(subject.Data(9)).Transform(subject.Data(9));
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(
                () => Sweep(subject).SetDataset(subject.Data(12), unlabelled).Run()).Message,
            "top-1");
    }

    // A line of a journal less what the clock and the process give.
    private static string WithoutTimes(string line)
    {
        var content = System.Text.Json.Nodes.JsonNode.Parse(line)!.AsObject();
        foreach (var part in new[] { content, content["final"]?.AsObject() })
        {
            foreach (string name in new[] { "session", "seconds", "milliseconds" })
            {
                part?.Remove(name);
            }
        }

        return content.ToJsonString();
    }

    private static List<string> Figures(SweepResult result) => [.. result.Trials.Select(Sweeps.SweepToys.Figures)];

    private static SparsitySweep Sweep(FitSubject subject) => subject.Ml.BlockPruning().CreateSweep(subject.Options)
        .SetSearchSpace(new SparsitySearchSpace { Keep = [0.8, 0.6], Block = [new BlockShape(8, 8)] });
}
