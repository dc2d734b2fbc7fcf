namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>What is read off a device before it is used.</summary>
/// <param name="Index">Its number, from 0, in the driver's order.</param>
/// <param name="Name">Such as "NVIDIA A100-SXM4-80GB".</param>
/// <param name="ComputeMajor">Compute capability before the point.</param>
/// <param name="ComputeMinor">Compute capability after the point.</param>
/// <param name="MemoryBytes">Device memory in all.</param>
/// <param name="Multiprocessors">Streaming multiprocessors.</param>
/// <param name="SharedBytesPerBlock">Shared memory that one thread block can ask for, opt-in included.</param>
internal sealed record CudaDevice(
    int Index, string Name, int ComputeMajor, int ComputeMinor, long MemoryBytes, int Multiprocessors, int SharedBytesPerBlock)
{
    /// <summary>Whether the kernels run there: they need mma.m16n8k16 and cp.async, which came with compute capability 8.0.</summary>
    public bool CanRunKernels => ComputeMajor >= 8;
}
