using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference.Cuda;
using Microsoft.ML.BlockPruning.Torch;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.Tests.MlNet.Scoring;

/// <summary>Where calibration and training compute; by the rules of scoring, and libtorch has a say.</summary>
[TestClass]
public sealed class TrainingDevicesTests
{
    private const string CpuOnly = "its libtorch computes on the CPU only";

    private readonly List<string> _log = [];

    [TestMethod]
    [DataRow(null, null, null, "", DisplayName = "nothing asked for: not a word")]
    [DataRow("cpu", 0, null, "[Info] calibrating and training on the CPU: as asked for", DisplayName = "the CPU, over GpuDeviceId")]
    [DataRow("auto", null, CpuOnly, "[Info] calibrating and training on the CPU: " + CpuOnly,
        DisplayName = "auto with libtorch for the CPU")]
    [DataRow("cuda", null, CpuOnly, "[Warning] calibrating and training on the CPU, for the GPU cannot be used: " + CpuOnly,
        DisplayName = "a GPU with libtorch for the CPU")]
    [DataRow(null, 0, CpuOnly, "[Warning] calibrating and training on the CPU, for the GPU cannot be used: " + CpuOnly,
        DisplayName = "GpuDeviceId with libtorch for the CPU")]
    public void Choose_OnTheCpu_SaysItInOneLine(string? requested, int? gpuDeviceId, string? torchRefusal, string line)
    {
        var device = Choose(requested, gpuDeviceId, mayFallBack: true, new FakeCudaDriver(), torchRefusal);

        Assert.IsTrue(device.IsCpu);
        Assert.AreEqual(line, string.Join('\n', _log));
    }

    [TestMethod]
    [DataRow("cuda", null)]
    [DataRow("auto", null)]
    [DataRow(null, 0)]
    public void Choose_WithLibTorchForCuda_IsTheGpu(string? requested, int? gpuDeviceId)
    {
        var device = Choose(requested, gpuDeviceId, mayFallBack: false, new FakeCudaDriver(), torchRefusal: null);

        Assert.IsFalse(device.IsCpu);
        Assert.HasCount(1, _log);
        Assert.StartsWith("[Info] calibrating and training on GPU 0 (Fake 80): ", _log[0]);
    }

    [TestMethod]
    public void Choose_CudaWithoutFallback_NamesTheSwitchOfTheBuild()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => Choose("cuda", null, mayFallBack: false, new FakeCudaDriver(), LibTorch.CudaRefusal())); // of this very process
        Assert.Contains("-p:TorchBackend=cuda", error.Message);
        Assert.Contains(CpuOnly, error.Message);

        error = Assert.ThrowsExactly<InvalidOperationException>(() => Choose("cuda", null, mayFallBack: false, driver: null, CpuOnly));
        Assert.Contains("-p:TorchBackend=cuda", error.Message);
        Assert.Contains("no NVIDIA driver was found", error.Message);
        Assert.IsEmpty(_log);
    }

    /// <summary>Through the estimator, before any image is read.</summary>
    [TestMethod]
    public void Fit_CudaWithoutFallback_EndsBeforeTheWork()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        var ml = new MLContext(seed: 1) { FallbackToCpu = false };
        var data = ml.Data.LoadFromEnumerable(TestImages.ImageRows(9, ["cat", "dog", "owl"]));
        var estimator = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.Transforms.PruneBlocks(new BlockPruneEstimator.Options
        {
            ModelPath = checkpoint.ModelPath,
            Block = new BlockShape(8, 8),
            TrainingDevice = ScoringDevice.Cuda(0),
            Progress = new Progress<PruneProgress>(_ => Assert.Fail("It has begun.")),
        }));

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => estimator.Fit(data));

        Assert.Contains("-p:TorchBackend=cuda", error.Message);
    }

    private TorchDevice Choose(string? requested, int? gpuDeviceId, bool mayFallBack, FakeCudaDriver? driver, string? torchRefusal)
    {
        var ml = new MLContext { GpuDeviceId = gpuDeviceId, FallbackToCpu = mayFallBack };
        ml.Log += (_, entry) =>
        {
            if (entry.RawMessage.Contains("calibrating", StringComparison.Ordinal))
            {
                _log.Add($"[{entry.Kind}] {entry.RawMessage}");
            }
        };
        var device = requested switch
        {
            null => null,
            "auto" => ScoringDevice.Auto,
            "cpu" => ScoringDevice.Cpu,
            _ => ScoringDevice.Cuda(0),
        };
        return TrainingDevices.Choose(((IHostEnvironment)ml).Register("test"), device, () => driver, () => torchRefusal);
    }
}
