namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>One kernel of a loaded module, as the driver names it.</summary>
internal readonly record struct CudaFunction(nint Value);
