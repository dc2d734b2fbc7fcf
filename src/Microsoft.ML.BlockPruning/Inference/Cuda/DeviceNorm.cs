using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Inference.Cuda;

/// <summary>A LayerNorm's parameters on the device, each [embedDim] float32.</summary>
internal readonly record struct DeviceNorm(DevicePointer Scale, DevicePointer Offset);
