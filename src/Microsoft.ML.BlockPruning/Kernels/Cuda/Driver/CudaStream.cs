namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>A queue of work on a device, as the driver names it; the default value is the default stream.</summary>
internal readonly record struct CudaStream(nint Value);
