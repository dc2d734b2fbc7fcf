using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>What a sweep has in common with <c>Fit</c>: budgets, accuracy while fine-tuning, the report of a model.</summary>
[TestClass]
public sealed class SweepModelTests
{
    [TestMethod]
    public void Run_ByBytes_KeepsToTheBudget_ToOneBlock()
    {
        using var subject = new FitSubject();

        var result = Run(subject, PruneBudget.Bytes(1));

        using var model = result.CreateModelOf(result.Trials[1]);
        long budget = model.DenseWeightBytes * 6 / 10;
        Assert.IsLessThanOrEqualTo(budget, result.Trials[1].Bytes!.Value);
        Assert.IsGreaterThan(budget - (4 * 65), result.Trials[1].Bytes!.Value); // 64 weights and an index
        Assert.AreEqual("0.6 of the bytes", model.Report!.Settings.Budget);
    }

    /// <summary>Half a picojoule a multiply-add and none a byte: the energy is the multiply-adds by another name.</summary>
    [TestMethod]
    public void Run_ByAnEnergyOfMultiplyAddsAlone_IsThatByMultiplyAdds()
    {
        using var subject = new FitSubject();

        var byEnergy = Run(subject, PruneBudget.Energy(1, new EnergyModel(0.5, 0)));
        var byMultiplyAdds = Run(subject, PruneBudget.Flops(1));

        CollectionAssert.AreEqual(
            byMultiplyAdds.Trials.Select(Sweeps.SweepToys.Figures).ToList(), byEnergy.Trials.Select(Sweeps.SweepToys.Figures).ToList());
    }

    [TestMethod]
    public void Run_ByParts_MeetsEachOfThem()
    {
        using var subject = new FitSubject();

        var result = Run(subject, PruneBudget.All(PruneBudget.Flops(0.1), PruneBudget.Bytes(0.1), PruneBudget.Parameters(0.1)));

        using var model = result.CreateModelOf(result.Trials[1]);
        Assert.IsLessThanOrEqualTo(0.6, (double)model.MultiplyAdds / model.DenseMultiplyAdds);
        Assert.IsLessThanOrEqualTo(0.6, (double)model.WeightBytes / model.DenseWeightBytes);
    }

    [TestMethod]
    public void Run_ByLatency_KeepsAllWhereAllOfTheTimeIsLeft_AndNamesTheNearestOutOfReach()
    {
        using var subject = new FitSubject();
        var space = new SparsitySearchSpace { Keep = [1, 1e-6], Block = [new BlockShape(8, 8)], Budget = PruneBudget.Latency(0.5, 2, 1) };

        var result = Sweep(subject).SetSearchSpace(space).SetDataset(subject.Data(12), subject.Data(9)).Run();

        Assert.AreEqual(result.CreateReport().Dense!.MultiplyAdds, result.Trials[0].MultiplyAdds);
        StringAssert.Contains(result.Trials[1].Error, "of the latency");
        subject.Options.Allocation = PruneAllocation.Uniform;
        Assert.ThrowsExactly<ArgumentException>(
            () => Sweep(subject).SetSearchSpace(space).SetDataset(subject.Data(12), subject.Data(9)).Run());
    }

    [TestMethod]
    public void Run_OfAnotherBudget_RefusesTheJournal()
    {
        using var subject = new FitSubject();
        using var file = new Sweeps.JournalFile();
        var (train, test) = (subject.Data(12), subject.Data(9));
        Sweep(subject).SetSearchSpace(Space(PruneBudget.Flops(1))).SetDataset(train, test).SetJournal(file.FilePath).Run();

        var error = Assert.ThrowsExactly<InvalidDataException>(() => Sweep(subject).SetSearchSpace(Space(PruneBudget.Bytes(1)))
            .SetDataset(train, test).SetJournal(file.FilePath).Run());

        StringAssert.Contains(error.Message, "the method");
    }

    [TestMethod]
    [DataRow(SweepExecutor.InProcess)]
    [DataRow(SweepExecutor.ChildProcess)]
    public void Run_TellsTheAccuracyOfEveryEpochOfFineTuning(SweepExecutor executor)
    {
        using var subject = new FitSubject();
        subject.Options.FineTuning = new FineTuneOptions { BatchSize = 4, LearningRate = 1e-3 };
        subject.Options.Refit = PruneRefit.Feedback;
        var space = new SparsitySearchSpace { Keep = [0.6], Block = [new BlockShape(8, 8)], FineTuneEpochs = [2] };
        var told = new List<double>();

        var result = Sweep(subject).SetSearchSpace(space).SetDataset(subject.Data(12), subject.Data(9)).SetExecutor(executor)
            .SetMonitor(new Listener(step => told.AddRange(step.Pruning?.ValidationTop1 is { } top1 ? [top1] : []))).Run();

        // The average of the weights is the result, so that the last epoch's accuracy is the trial's.
        Assert.HasCount(2, told);
        Assert.AreEqual(result.Trials[0].Top1!.Value, told[1]);
    }

    [TestMethod]
    [DataRow(SweepExecutor.InProcess)]
    [DataRow(SweepExecutor.ChildProcess)]
    public void CreateModel_CarriesTheReportThatFitMakes(SweepExecutor executor)
    {
        using var subject = new FitSubject();
        var (train, test) = (subject.Data(12), subject.Data(9));
        using var file = new Sweeps.JournalFile();
        var result = Run(subject, PruneBudget.Flops(1), executor, file.FilePath);
        var again = Run(subject, PruneBudget.Flops(1), executor, file.FilePath); // from the journal, so pruned anew for the model
        var taken = result.Final ?? result.Recommended!;
        subject.Options.Budget = PruneBudget.Flops(taken.Keep);
        subject.Options.ValidationSet = test;

        using var expected = subject.Fit(train);

        foreach (var sweep in new[] { result, again })
        {
            using var model = sweep.CreateModel();
            Assert.AreEqual(Timeless(expected.Report!), Timeless(model.Report!));
            Assert.IsGreaterThan(0, model.Report!.Network.Pruned.Milliseconds!.Value);
            Assert.Contains(note => note.Contains("times its pruned networks alone", StringComparison.Ordinal), model.Report.Notes);
        }
    }

    [TestMethod]
    public void CreateModel_OfFolds_ComparesOnNoImageThatPruningSaw()
    {
        using var subject = new FitSubject();
        var result = Sweep(subject).SetSearchSpace(Space(PruneBudget.Flops(1))).SetDataset(subject.Data(12), folds: 2).Run();

        using var model = result.CreateModel();

        Assert.IsNull(model.Report!.Network.HeldOut);
        Assert.AreEqual(12, model.Report.Settings.CalibrationImages);
    }

    [TestMethod]
    public void SetMaximumModelsToKeep_KeepsTheModelsOfTheBest()
    {
        using var subject = new FitSubject();
        var (train, test) = (subject.Data(12), subject.Data(9));
        var result = Sweep(subject).SetMaximumModelsToKeep(2).SetDataset(train, test).Run();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        // A network that is there needs no pruning, which the token would end at once.
        foreach (var trial in result.Trials)
        {
            using var kept = result.CreateModelOf(trial, cancelled.Token);
            Assert.AreEqual(trial.MultiplyAdds, kept.MultiplyAdds);
        }

        var one = Sweep(subject).SetDataset(train, test).Run();
        Assert.HasCount(1, one.Trials.Where(trial => IsPrunedAgain(one, trial, cancelled.Token)));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Sweep(subject).SetMaximumModelsToKeep(0));
    }

    private static bool IsPrunedAgain(SweepResult result, TrialResult trial, CancellationToken cancelled)
    {
        try
        {
            result.CreateModelOf(trial, cancelled).Dispose();
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    // What a clock told, and what names the machine or the moment, differs from run to run.
    private static string Timeless(PruneReport report)
    {
        var layers = report.Layers.Select(layer =>
            $"{layer.Name} {layer.KeptBlocks}/{layer.TotalBlocks} {layer.Block} {layer.PredictedDistortion:R} {layer.MeasuredDistortion:R} "
            + $"{layer.Dense.MultiplyAdds} {layer.Pruned.MultiplyAdds} {layer.Pruned.WeightBytes} {layer.Pruned.EnergyMicrojoules:R}");
        var (network, settings, heldOut) = (report.Network, report.Settings, report.Network.HeldOut!);
        return string.Join(
            '\n',
            [
                .. layers, $"{network.PredictedDistortion:R} {network.Dense.WeightBytes} {network.Pruned.WeightBytes}",
                $"{heldOut.Images} {heldOut.Origin} {heldOut.KlDivergence:R} {heldOut.Top1Agreement:R} {heldOut.DenseTop1:R} "
                + $"{heldOut.PrunedTop1:R}",
                $"{settings.Network} {settings.Criterion} {settings.Allocation} {settings.Refit} {settings.Budget} {settings.Seed} "
                + $"{settings.CalibrationImages} {settings.Block} {settings.Shots} {settings.Threads} {settings.Kernel}",
                .. report.Classes.Select(one => one.ToString()), .. report.Preprocessing.Select(step => step.ToString()),
                .. report.Notes.Where(note => !note.Contains("times its pruned networks alone", StringComparison.Ordinal)),
            ]);
    }

    private static SweepResult Run(
        FitSubject subject, PruneBudget budget, SweepExecutor executor = SweepExecutor.InProcess, string? journal = null)
    {
        var sweep = Sweep(subject).SetSearchSpace(Space(budget)).SetDataset(subject.Data(12), subject.Data(9)).SetExecutor(executor);
        return (journal is null ? sweep : sweep.SetJournal(journal)).Run();
    }

    private static SparsitySearchSpace Space(PruneBudget budget) =>
        new() { Keep = [0.8, 0.6], Block = [new BlockShape(8, 8)], Budget = budget };

    private static SparsitySweep Sweep(FitSubject subject) =>
        subject.Ml.BlockPruning().CreateSweep(subject.Options).SetSearchSpace(Space(PruneBudget.Flops(1)));

    private sealed class Listener(Action<SweepProgress> onStep) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value) => onStep(value);
    }
}
