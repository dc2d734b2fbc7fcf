using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Measurement.Energy;
using Microsoft.ML.BlockPruning.Tests.Inference.Cuda;

namespace Microsoft.ML.BlockPruning.Tests.Measurement.Energy;

[TestClass]
public sealed class NvmlCounterTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(5);
    private readonly FakeNvml _nvml = new();

    [TestMethod]
    public void ReadJoules_IsWhatTheGpuTookSinceTheCounterWasOpened()
    {
        _nvml.Millijoules = () => ulong.MaxValue - 2500;
        using (var counter = NvmlCounter.TryOpen(0, () => _nvml)!)
        {
            Assert.AreEqual(0, counter.ReadJoules());
            _nvml.Millijoules = () => ulong.MaxValue;
            Assert.AreEqual(2.5, counter.ReadJoules(), 1e-12);
        }

        Assert.AreEqual(0, _nvml.Running);
    }

    [TestMethod]
    public void ReadJoules_OfACounterThatFalls_SaysSo()
    {
        _nvml.Millijoules = () => 900;
        using var counter = NvmlCounter.TryOpen(0, () => _nvml)!;
        _nvml.Millijoules = () => 3;

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => counter.ReadJoules());

        Assert.Contains("from 900 to 3 mJ", error.Message);
    }

    [TestMethod]
    public void ReadJoules_OfALostGpu_HasNvmlsWords()
    {
        using var counter = NvmlCounter.TryOpen(0, () => _nvml)!;
        _nvml.Statuses["ReadMillijoules"] = FakeNvml.GpuIsLost;

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => counter.ReadJoules());

        Assert.Contains("GPU 0: GPU is lost (15).", error.Message);
    }

    [TestMethod]
    [DataRow("Start", 0)]
    [DataRow("FindDevice", 0)]
    [DataRow("ReadMillijoules", 0)]
    [DataRow("none", 1)]
    public void TryOpen_WhatNvmlRefuses_IsNullAndStopped(string call, int gpu)
    {
        _nvml.Statuses[call] = FakeNvml.NotSupported;

        Assert.IsNull(NvmlCounter.TryOpen(gpu, () => _nvml));
        Assert.AreEqual(0, _nvml.Running);
    }

    [TestMethod]
    public void TryOpen_WithoutTheLibrary_IsNull()
    {
        Assert.IsNull(NvmlCounter.TryOpen(0, () => null));
        if (NvmlLibrary.TryLoad() is not null)
        {
            Assert.Inconclusive("An NVIDIA driver is here.");
        }
    }

    /// <summary>5 J a launch: of a product of 8192 tokens and 1024 x 1024 weights, or of 16 MB to read.</summary>
    [TestMethod]
    public void TryMeasureOn_OnAGpu_DividesWhatNvmlCountsByTheWork()
    {
        var driver = new FakeCudaDriver();
        _nvml.Millijoules = () => 5000 * (ulong)driver.CountOf("Launch");

        var model = EnergyMeasurement.TryMeasureOn(ScoringDevice.Cuda(0), () => driver, () => _nvml, Short, default)!;

        Assert.AreEqual(5e12 / (8192.0 * 1024 * 1024), model.PicojoulesPerMultiplyAdd, 1e-6);
        Assert.AreEqual(5e12 / (16.0 * 1024 * 1024), model.PicojoulesPerByte, 1e-6);
        Assert.AreEqual(0, driver.LiveObjects);
        Assert.AreEqual(0, _nvml.Running);
    }

    [TestMethod]
    public void TryMeasureOn_WhereTheGpuOrItsCounterIsNotThereOrStandsStill_IsNull()
    {
        Assert.IsNull(EnergyMeasurement.TryMeasureOn(ScoringDevice.Cuda(0), () => null, () => _nvml, Short, default));
        Assert.IsNull(EnergyMeasurement.TryMeasureOn(ScoringDevice.Cuda(3), () => new FakeCudaDriver(), () => _nvml, Short, default));
        Assert.IsNull(EnergyMeasurement.TryMeasureOn(ScoringDevice.Cuda(0), () => new FakeCudaDriver(), () => null, Short, default));
        Assert.IsNull(EnergyMeasurement.TryMeasureOn(ScoringDevice.Cuda(0), () => new FakeCudaDriver(), () => _nvml, Short, default));
        Assert.AreEqual(0, _nvml.Running);
    }

    [TestMethod]
    public void TryMeasureOn_WhereTheDriverFails_SaysWhatAndGivesEverythingBack()
    {
        var driver = new FakeCudaDriver { Fault = (_, name) => name == "Launch" ? DriverStatus.IllegalAddress : null };

        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => EnergyMeasurement.TryMeasureOn(ScoringDevice.Cuda(0), () => driver, () => _nvml, Short, default));

        Assert.Contains("GPU 0 (Fake 80) failed while its energy was measured.", error.Message);
        Assert.AreEqual(0, driver.LiveObjects);
        Assert.AreEqual(0, _nvml.Running);
    }
}
