using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cuda;

/// <summary>A classifier over pooled tokens on the device.</summary>
/// <param name="Number">Its place among the heads.</param>
/// <param name="Pooling">What it reads.</param>
/// <param name="Norm">Of what is pooled; null where there is none.</param>
/// <param name="Linear">The classifier.</param>
internal sealed record DeviceHead(int Number, PoolingSpec Pooling, DeviceNorm? Norm, DeviceLinear Linear);
