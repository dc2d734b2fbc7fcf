using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Inference.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference.Cuda;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.Tests.MlNet.Scoring;

/// <summary>When a GPU's place may be taken by the CPU, and what the log says of it.</summary>
[TestClass]
public sealed class ScoringSessionsTests
{
    private static readonly SparseViT Network = CudaSessionLab.Pruned(CudaSessionLab.Least, new BlockShape(16, 16));

    [TestMethod]
    [DataRow(true, "FallbackToCpu")]
    [DataRow(false, "no fallback")]
    public void Open_GpuWithoutADriver_FallsBackOnlyWhereTheContextAllows(bool fallBack, string name)
    {
        var ml = new MLContext { GpuDeviceId = 0, FallbackToCpu = fallBack };
        var log = Listen(ml);

        if (fallBack)
        {
            Assert.AreSame(ScoringDevice.Cpu, Open(ml, device: null, driver: null), name);
            Assert.Contains("[Warning] scoring on the CPU, for the GPU cannot be used: no NVIDIA driver was found", string.Join('\n', log));
            return;
        }

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Open(ml, device: null, driver: null));
        Assert.Contains("no NVIDIA driver was found", error.Message);
        Assert.Contains("MLContext.FallbackToCpu", error.Message);
    }

    /// <summary>Translation fails, memory runs out: the GPU was there, and yet cannot be used.</summary>
    [TestMethod]
    [DataRow("LoadModule", DriverStatus.InvalidPtx, "update it")]
    [DataRow("Allocate", DriverStatus.OutOfMemory, "Use smaller batches")]
    public void Open_GpuThatFailsAtOnce_FallsBackOnlyWhereTheContextAllows(string call, int status, string nextStep)
    {
        FakeCudaDriver Failing() => new() { Fault = (_, name) => name == call ? status : null };

        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => Open(new MLContext { FallbackToCpu = false }, ScoringDevice.Cuda(0), Failing()));
        Assert.Contains(nextStep, error.Message);
        var fallen = new MLContext { FallbackToCpu = true };
        var log = Listen(fallen);
        Assert.AreSame(ScoringDevice.Cpu, Open(fallen, ScoringDevice.Cuda(0), Failing()));
        Assert.Contains(nextStep, string.Join('\n', log));
        var strict = new MLContext { FallbackToCpu = false };
        Assert.AreSame(ScoringDevice.Cpu, Open(strict, ScoringDevice.Auto, Failing()), "auto asks for no GPU");
    }

    [TestMethod]
    public void Open_Auto_SaysOnceWhy()
    {
        var ml = new MLContext { FallbackToCpu = false };
        var log = Listen(ml);

        Assert.AreSame(ScoringDevice.Cpu, Open(ml, ScoringDevice.Auto, driver: null));
        Assert.AreEqual("Cuda(0, Float16)", Open(ml, ScoringDevice.Auto, new FakeCudaDriver()).ToString());

        string[] said = [.. log.Where(line => line.Contains("scoring on", StringComparison.Ordinal))];
        Assert.HasCount(2, said);
        Assert.Contains("on the CPU: no NVIDIA driver", said[0]);
        Assert.Contains("on GPU 0 (Fake 80) in Float16: the first that can run the kernels", said[1]);
    }

    [TestMethod]
    public void Open_Cuda_IsThatGpuInThatPrecision()
    {
        var driver = new FakeCudaDriver { Devices = [FakeCudaDriver.Device(0, 8, 0), FakeCudaDriver.Device(1, 9, 0)] };

        var device = Open(new MLContext(), ScoringDevice.Cuda(1, NumberFormat.BFloat16), driver);

        Assert.AreEqual("Cuda(1, BFloat16)", device.ToString());
        Assert.AreEqual(0, driver.LiveObjects);
    }

    private static ScoringDevice Open(MLContext ml, ScoringDevice? device, FakeCudaDriver? driver)
    {
        var settings = new ScoringSettings("Image", "Score", "PredictedLabel", 4, NumberOfThreads: 1, device);
        var (session, chosen) = ScoringSessions.Open(((IHostEnvironment)ml).Register("test"), Network, settings, () => driver);
        using (session)
        {
            Assert.AreEqual(chosen != ScoringDevice.Cpu, session is CudaSession);
            return chosen;
        }
    }

    private static List<string> Listen(MLContext ml)
    {
        var lines = new List<string>();
        ml.Log += (_, entry) => lines.Add($"[{entry.Kind}] {entry.RawMessage}");
        return lines;
    }
}
