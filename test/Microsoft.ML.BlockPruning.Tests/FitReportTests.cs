using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>The report that <c>Fit</c> leaves with its transformer.</summary>
[TestClass]
public sealed class FitReportTests
{
    [TestMethod]
    public void Report_AgreesWithTheTransformer_AndItsLayersAddUp()
    {
        using var subject = new FitSubject();
        subject.Options.LayersToKeepDense = ["blocks.1.mlp.fc1"];

        using var transformer = subject.Fit(subject.Data(9));

        var (report, network) = (transformer.Report!, transformer.Report!.Network);
        CollectionAssert.AreEqual(
            transformer.Layers.Select(layer => (layer.Name, layer.KeptBlocks, layer.TotalBlocks, layer.Block)).ToArray(),
            report.Layers.Select(layer => (layer.Name, layer.KeptBlocks, layer.TotalBlocks, layer.Block)).ToArray());
        Assert.AreEqual(transformer.MultiplyAdds, network.Pruned.MultiplyAdds);
        Assert.AreEqual(transformer.DenseMultiplyAdds, network.Dense.MultiplyAdds);
        Assert.AreEqual(transformer.WeightBytes, network.Pruned.WeightBytes);
        Assert.AreEqual(transformer.DenseWeightBytes, network.Dense.WeightBytes);

        // What is not in a layer's figures is the same before and after.
        Assert.AreEqual(
            Rest(network.Dense, report.Layers, layer => layer.Dense), Rest(network.Pruned, report.Layers, layer => layer.Pruned));
        Assert.AreEqual(report.Layers.Sum(layer => layer.PredictedDistortion), network.PredictedDistortion, 1e-12);
        Assert.IsTrue(report.Layers.All(layer => layer.KeptBlocks == layer.TotalBlocks == (layer.PredictedDistortion == 0)));
        Assert.IsTrue(report.Layers.All(layer => layer.MeasuredDistortion is >= 0 and < 1.01));
        Assert.IsTrue(report.Layers.Any(layer => layer.MeasuredDistortion > 0.01));
        Assert.IsTrue(report.Layers.All(layer => layer.Dense.Milliseconds > 0 && layer.Pruned.Milliseconds > 0));
        Assert.IsTrue(network.Dense.Milliseconds > 0 && network.Pruned.Milliseconds > 0);
        Assert.IsNull(network.HeldOut);
    }

    [TestMethod]
    public void Report_StatesWhatWasAskedForAndWhereItRan()
    {
        using var subject = new FitSubject();
        subject.Options.NumberOfThreads = 1;

        using var transformer = subject.Fit(subject.Data(9));

        var (settings, stages) = (transformer.Report!.Settings, transformer.Report!.Stages);
        Assert.AreEqual("model.safetensors", settings.Network);
        Assert.AreEqual("ObsPath", settings.Criterion);
        Assert.AreEqual(new BlockShape(8, 8), settings.Block);
        Assert.AreEqual("0.7 of the multiply-adds", settings.Budget);
        Assert.AreEqual(1, settings.Seed);
        Assert.AreEqual(9, settings.CalibrationImages);
        Assert.AreEqual(1, settings.Threads);
        Assert.AreEqual(Microsoft.ML.BlockPruning.Kernels.Cpu.CpuKernels.Selected.Name, settings.Kernel);
        StringAssert.Contains(settings.Runtime, ".NET");
        StringAssert.Contains(settings.TorchSharpVersion, "0.");
        CollectionAssert.AreEqual(
            new[] { "Preparing", "Reading", "Calibrating", "Scoring", "Allocating", "Refitting", "Measuring" },
            stages.Select(stage => stage.Name).ToArray());
        Assert.IsTrue(stages.All(stage => stage.Seconds >= 0));
    }

    [TestMethod]
    public void Energy_IsOfTheBudgetsModel_ElseOfTheDefault()
    {
        using var subject = new FitSubject();
        subject.Options.Budget = PruneBudget.All(PruneBudget.Flops(0.9), PruneBudget.Energy(0.9, new(2, 0)));
        using var own = subject.Fit(subject.Data(9));
        subject.Options.Budget = PruneBudget.Energy(0.9, BlockPruning.Pruning.Budgets.EnergyModel.LpViT);
        using var lpvit = subject.Fit(subject.Data(9));

        var cost = own.Report!.Network.Pruned;
        Assert.AreEqual(cost.MultiplyAdds * 2e-6, cost.EnergyMicrojoules, 1e-9);
        cost = lpvit.Report!.Network.Pruned; // which has no joules
        Assert.AreEqual(((cost.MultiplyAdds * 4.6) + (cost.WeightBytes * 160.0)) / 1e6, cost.EnergyMicrojoules, 1e-9);
        StringAssert.Contains(lpvit.Report.Settings.EnergyModel, "4.6 pJ");
    }

    [TestMethod]
    public void HeldOut_IsWhatBothNetworksScoresSay()
    {
        using var subject = new FitSubject();
        var heldOut = subject.Keyed([.. TestImages.PixelsRows(45, "cat", "dog", "owl").Skip(9)]);
        subject.Options.ValidationSet = heldOut;
        subject.Options.Budget = PruneBudget.Flops(0.5);
        using var pruned = subject.Fit(subject.Data(9));
        subject.Options.Budget = PruneBudget.Flops(1);
        using var dense = subject.Fit(subject.Data(9));

        var p = TestData.Scores(dense.Transform(heldOut));
        var q = TestData.Scores(pruned.Transform(heldOut));
        uint[] labels = [.. heldOut.GetColumn<uint>("Label")];
        double kl = p.Zip(q, (a, b) => Divergence(Softmax(a), Softmax(b))).Average();

        var report = pruned.Report!.Network.HeldOut!;
        Assert.AreEqual(36, report.Images);
        Assert.AreEqual(kl, report.KlDivergence, 1e-9);
        Assert.IsGreaterThan(0, report.KlDivergence);
        Assert.AreEqual(p.Zip(q, (a, b) => Best(a) == Best(b) ? 1.0 : 0).Average(), report.Top1Agreement, 1e-12);
        Assert.AreEqual(p.Zip(labels, (a, label) => Best(a) == label - 1 ? 1.0 : 0).Average(), report.DenseTop1!.Value, 1e-12);
        Assert.AreEqual(q.Zip(labels, (a, label) => Best(a) == label - 1 ? 1.0 : 0).Average(), report.PrunedTop1!.Value, 1e-12);
        var same = dense.Report!.Network.HeldOut!;
        Assert.AreEqual((1.0, 0.0), (same.Top1Agreement, same.KlDivergence));
    }

    [TestMethod]
    public void Fit_WithHeldOutImages_LeaksNoTensor_AndSetsTheSameOnesAside()
    {
        using var subject = new FitSubject();
        subject.Options.ValidationSetFraction = 0.3;
        var guard = TensorLeakGuard.Start();

        using var once = subject.Fit(subject.Data(9));
        using var again = subject.Fit(subject.Data(9));

        guard.AssertNothingLeaked();
        Assert.AreEqual(3, once.Report!.Network.HeldOut!.Images);
        Assert.AreEqual(6, once.Report.Settings.CalibrationImages);
        Assert.AreEqual(once.Report.Network.HeldOut.KlDivergence, again.Report!.Network.HeldOut!.KlDivergence);
        CollectionAssert.AreEqual(
            once.Report.Layers.Select(layer => (layer.PredictedDistortion, layer.MeasuredDistortion)).ToArray(),
            again.Report.Layers.Select(layer => (layer.PredictedDistortion, layer.MeasuredDistortion)).ToArray());
    }

    private static (long, long) Rest(CostReport whole, IReadOnlyList<LayerReport> layers, Func<LayerReport, CostReport> of) => (
        whole.MultiplyAdds - layers.Sum(layer => of(layer).MultiplyAdds), whole.WeightBytes - layers.Sum(layer => of(layer).WeightBytes));

    private static int Best(float[] logits) => Array.IndexOf(logits, logits.Max());

    private static double[] Softmax(float[] logits)
    {
        double sum = logits.Sum(logit => Math.Exp(logit));
        return [.. logits.Select(logit => Math.Exp(logit) / sum)];
    }

    private static double Divergence(double[] p, double[] q) => p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum();
}
