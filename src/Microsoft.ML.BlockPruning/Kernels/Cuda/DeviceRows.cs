using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Kernels.Cuda;

/// <summary>Rows of activations on the device.</summary>
/// <param name="Pointer">The first row; a multiple of 16 bytes.</param>
/// <param name="Stride">Elements from one row to the next; a multiple of 16 bytes, and at least the padded width.</param>
internal readonly record struct DeviceRows(DevicePointer Pointer, int Stride);
