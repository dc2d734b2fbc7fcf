namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>A captured stream made ready to launch, as the driver names it.</summary>
internal readonly record struct CudaGraph(nint Value);
