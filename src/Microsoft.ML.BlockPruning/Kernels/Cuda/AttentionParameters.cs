using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Kernels.Cuda;

/// <summary>What an attention kernel takes; field for field AttentionArguments in block_sparse.cu. Strides count elements.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionParameters
{
    public DevicePointer Qkv;
    public DevicePointer Y;
    public int Tokens;
    public int Queries;
    public int Heads;
    public int HeadWidth;
    public int QkvStride;
    public int YStride;
    public float Scale;
}
