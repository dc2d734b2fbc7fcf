using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Kernels.Cuda;

/// <summary>What a LayerNorm kernel takes; field for field NormArguments in block_sparse.cu. Strides count elements.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NormParameters
{
    public DevicePointer X;
    public DevicePointer Scale;
    public DevicePointer Offset;
    public DevicePointer Y;
    public int Rows;
    public int Width;
    public int Padded;
    public int XStride;
    public int YStride;
    public float Epsilon;
}
