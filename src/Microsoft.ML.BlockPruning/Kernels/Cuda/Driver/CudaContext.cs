namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>A device's primary context, as the driver names it.</summary>
internal readonly record struct CudaContext(nint Value);
