using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

[TestClass]
public sealed class GpuCheckTests
{
    [TestMethod]
    public void GpuCheck_WithoutADriver_IsOneLineAndItsOwnExitCode()
    {
        if (NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out _))
        {
            Assert.Inconclusive("An NVIDIA driver is here.");
        }

        var run = CliRun.Of("gpu-check", "--json");

        Assert.AreEqual(3, run.ExitCode);
        Assert.AreEqual("", run.Output);
        Assert.Contains("no NVIDIA driver was found", run.Error);
        Assert.Contains("install one", run.Error);
    }
}
