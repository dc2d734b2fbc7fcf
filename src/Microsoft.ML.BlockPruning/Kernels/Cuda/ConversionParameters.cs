using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Kernels.Cuda;

/// <summary>What a conversion takes; field for field ConversionArguments in block_sparse.cu. Strides count elements.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ConversionParameters
{
    public DevicePointer X;
    public DevicePointer Y;
    public int Width;
    public int Padded;
    public int XStride;
    public int YStride;
}
