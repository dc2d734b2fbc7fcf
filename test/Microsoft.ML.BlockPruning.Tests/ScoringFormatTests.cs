using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>The numbers that layers are multiplied in, from the estimator's options to a loaded model.</summary>
[TestClass]
public sealed class ScoringFormatTests
{
    [TestMethod]
    public void Fit_InInt8_SaysSo_AndALoadedModelScoresTheSame()
    {
        using var subject = new FitSubject();
        using var folder = new TemporaryFolder();
        subject.Options.Format = ScoringFormat.Int8;

        var model = subject.Fit(subject.Data(9));
        model.SaveNetwork(folder["int8.safetensors"]);
        using var loaded = PrunedModel.Load(folder["int8.safetensors"]);
        using var plain = PrunedModel.Load(
            folder["int8.safetensors"], new PrunedModelOptions { Format = ScoringFormat.Float32 });

        Assert.IsTrue(model.Layers.All(layer => layer.Format == ProductFormat.Int8));
        StringAssert.Contains(string.Join('\n', model.Report!.Notes), "The processor multiplies Int8 in");
        Assert.AreEqual(CpuKernels.Selected.NameOf([ProductFormat.Float32, ProductFormat.Int8]), loaded.KernelName);
        Assert.AreEqual(CpuKernels.Selected.Name, plain.KernelName);
    }

    /// <summary>A budget that keeps every block reports no step of pruning, and formats are chosen all the same.</summary>
    [TestMethod]
    public void Fit_WithABudgetOfKl_ChoosesWhereNothingIsPruned()
    {
        using var subject = new FitSubject();
        subject.Options.Budget = PruneBudget.Flops(1);
        subject.Options.Format = ScoringFormat.Auto(1);

        var model = subject.Fit(subject.Data(9));

        Assert.IsTrue(model.Layers.All(layer => layer.Format == ProductFormat.Int8));
        StringAssert.Contains(string.Join('\n', model.Report!.Notes), "KL divergence from float32 on calibration images");
    }

    [TestMethod]
    public void Auto_TakesAPositiveNumber_AndNoLoadedModel()
    {
        foreach (double budget in new[] { 0, -1, double.NaN, double.PositiveInfinity })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => ScoringFormat.Auto(budget), $"{budget}");
        }

        var error = Assert.ThrowsExactly<ArgumentException>(() => ScoringFormat.Auto(1).ToLayerFormats());
        StringAssert.Contains(error.Message, "a loaded model has none");
    }
}
