using System.Text.Json;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Inference.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Measurement.GpuCheck;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference.Cuda;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>The check of a GPU, with the interpreter in the GPU's place; its times are zero and mean nothing.</summary>
[TestClass]
public sealed class GpuCheckTests
{
    private static readonly GpuCheckPlan Small = new(
        [
            new AgreementCase(ViT.Of(CudaSessionLab.Least), new BlockShape(16, 16), NumberFormat.Float16),
            new AgreementCase(ViT.Of(CudaSessionLab.Distilled), new BlockShape(16, 16), NumberFormat.BFloat16),
            new AgreementCase(ViT.Of(CudaSessionLab.Least), new BlockShape(16, 16), NumberFormat.Float32),
        ],
        [
            new TimingCase("fc1", 64, 64, TimingCase.DenseBlock, Keep: 1, Images: 1, Tokens: 5),
            new TimingCase("fc1", 64, 64, new BlockShape(16, 16), Keep: 0.5, Images: 1, Tokens: 5),
        ],
        WarmUps: 1,
        Runs: 2);

    [TestMethod]
    public void Run_OnTheInterpreter_Passes()
    {
        using var driver = new PtxInterpreterDriver();
        var progress = new List<string>();

        var report = GpuCheck.Run(0, Small, () => driver, new Listener(progress), default);

        Assert.IsTrue(report.Passed, report.ToString());
        Assert.AreEqual(0, driver.LiveObjects);
        Assert.HasCount(5, progress);
        Assert.Contains("3 of 3 networks", report.ToString());
        var json = JsonDocument.Parse(report.ToJson()).RootElement;
        Assert.IsTrue(json.GetProperty("passed").GetBoolean());
        Assert.AreEqual("PTX interpreter", json.GetProperty("gpu").GetString());
        Assert.AreEqual(3, json.GetProperty("agreements").GetArrayLength());
        Assert.AreEqual("16x16", json.GetProperty("timings")[1].GetProperty("block").GetString());
        Assert.AreEqual(0, json.GetProperty("timings")[1].GetProperty("dense").GetDouble());
        Assert.IsTrue(
            json.GetProperty("agreements").EnumerateArray().All(one => one.GetProperty("error").GetDouble() > 0), "nothing was compared");
    }

    /// <summary>A driver that computes nothing gives zeros for logits.</summary>
    [TestMethod]
    public void Run_GpuThatComputesWrong_FailsAndTimesNothing()
    {
        var driver = new FakeCudaDriver();

        var report = GpuCheck.Run(0, Small, () => driver, progress: null, default);

        Assert.IsFalse(report.Passed);
        Assert.Contains("WRONG: linear 16x16", report.ToString());
        Assert.AreEqual(0, driver.CountOf("Record"));
        Assert.AreEqual(0, driver.LiveObjects);
    }

    [TestMethod]
    public void Run_DriverThatFails_IsAMismatchWithItsWords()
    {
        var driver = new FakeCudaDriver { Fault = (_, name) => name == "LoadModule" ? DriverStatus.InvalidPtx : null };

        var report = GpuCheck.Run(0, Small, () => driver, progress: null, default);

        Assert.IsFalse(report.Passed);
        Assert.Contains("update it", report.ToString());
        Assert.Contains("\"NaN\"", report.ToJson());
    }

    [TestMethod]
    public void Run_WithoutADriver_SaysSo()
    {
        var error = Assert.ThrowsExactly<PlatformNotSupportedException>(
            () => GpuCheck.Run(0, Small, () => null, progress: null, default));

        Assert.Contains("no NVIDIA driver was found", error.Message);
    }

    /// <summary>Every linear kernel, and in each timed group the dense one.</summary>
    [TestMethod]
    public void FullPlan_LeavesNoKernelOut()
    {
        var plan = GpuCheckPlan.Full;

        Assert.HasCount(27, plan.Agreements.Select(one => (one.Block, one.Element)).Distinct().ToList());
        CollectionAssert.IsSubsetOf(
            new[] { 32, 64, 128 }, plan.Agreements.Select(one => ViT.TryConfigOf(one.Network)?.HeadDim).OfType<int>().Distinct().ToArray());
        foreach (var one in plan.Agreements)
        {
            CudaRequirements.Check(one.Network);
        }

        Assert.HasCount(3, plan.Agreements.Where(one => one.Network.Heads.Any(head => head.Pooling is MeanPooling)).ToList());
        Assert.IsTrue(plan.Timings.GroupBy(one => one.Group).All(group => group.Count(one => one.IsDense) == 1));
    }

    private sealed class Listener(List<string> lines) : IProgress<string>
    {
        public void Report(string value) => lines.Add(value);
    }
}
