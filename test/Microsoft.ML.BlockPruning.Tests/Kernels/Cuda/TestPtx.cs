using Microsoft.ML.BlockPruning.Kernels.Cuda;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>The PTX under test: the one that ships, or, for eng/cuda/mutate-cuda.sh, the file that BLOCKPRUNING_TEST_PTX names.</summary>
internal static class TestPtx
{
    private static readonly string? File = Environment.GetEnvironmentVariable("BLOCKPRUNING_TEST_PTX");

    public static byte[] Bytes { get; } = File is null ? CudaKernels.ReadShippedPtx() : System.IO.File.ReadAllBytes(File);
}
