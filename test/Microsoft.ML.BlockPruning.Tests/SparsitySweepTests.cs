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
            using var expected = subject.Fit(train);
            Assert.AreEqual(expected.MultiplyAdds, trial.MultiplyAdds);
            Assert.AreEqual(expected.WeightBytes, trial.Bytes);
            Assert.AreEqual(expected.Report!.Network.HeldOut!.KlDivergence, trial.Kl);
            Assert.AreEqual(expected.Report.Network.HeldOut.PrunedTop1, trial.Top1);
            Assert.AreEqual(expected.Report.Network.HeldOut.DenseTop1, result.DenseTop1);
        }
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

    private static List<string> Figures(SweepResult result) => [.. result.Trials.Select(Sweeps.SweepToys.Figures)];

    private static SparsitySweep Sweep(FitSubject subject) => subject.Ml.BlockPruning().CreateSweep(subject.Options)
        .SetSearchSpace(new SparsitySearchSpace { Keep = [0.8, 0.6], Block = [new BlockShape(8, 8)] });
}
