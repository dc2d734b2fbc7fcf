namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>A loaded module, as the driver names it.</summary>
internal readonly record struct CudaModule(nint Value);
