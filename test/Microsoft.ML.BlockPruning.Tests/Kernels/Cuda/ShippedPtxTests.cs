using System.Diagnostics;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Tests.Gates;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>The PTX that ships is what its source compiles to.</summary>
[TestClass]
public sealed class ShippedPtxTests
{
    [TestMethod]
    public void ShippedPtx_IsWhatTheSourceCompilesTo()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/clang-14"))
        {
            Assert.Inconclusive("clang-14 is not here, which wrote the PTX; another version writes other text.");
        }

        const string Source = "src/Microsoft.ML.BlockPruning/Kernels/Cuda/block_sparse.cu";
        string built = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("bash") { WorkingDirectory = RepositoryFiles.Root, RedirectStandardError = true };
            foreach (string argument in new[] { "eng/cuda/build-ptx.sh", Source, built })
            {
                start.ArgumentList.Add(argument);
            }

            using var build = Process.Start(start)!;
            string errors = build.StandardError.ReadToEnd();
            build.WaitForExit();

            Assert.AreEqual(0, build.ExitCode, errors);
            Assert.IsTrue(
                File.ReadAllBytes(built).AsSpan().SequenceEqual(CudaKernels.ReadShippedPtx()),
                "block_sparse.ptx is not what block_sparse.cu compiles to: run bash eng/cuda/build-ptx.sh.");
        }
        finally
        {
            File.Delete(built);
        }
    }
}
