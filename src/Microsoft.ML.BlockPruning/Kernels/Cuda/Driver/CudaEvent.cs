namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>A point in a stream that can be timed, as the driver names it.</summary>
internal readonly record struct CudaEvent(nint Value);
