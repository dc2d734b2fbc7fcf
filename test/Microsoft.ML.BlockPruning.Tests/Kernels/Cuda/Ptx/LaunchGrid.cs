namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>What all blocks of a launch have in common.</summary>
/// <param name="Threads">Threads of a block.</param>
/// <param name="SharedBytes">Shared memory of a block.</param>
/// <param name="Parameters">The kernel's parameter as it lies in memory.</param>
internal sealed record LaunchGrid(int Threads, int SharedBytes, byte[] Parameters);
