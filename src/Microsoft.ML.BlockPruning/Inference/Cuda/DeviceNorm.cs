using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Inference.Cuda;

/// <summary>A LayerNorm on the device; its parameters are each [width] float32.</summary>
internal readonly record struct DeviceNorm(DevicePointer Scale, DevicePointer Offset, int Width, float Epsilon);
