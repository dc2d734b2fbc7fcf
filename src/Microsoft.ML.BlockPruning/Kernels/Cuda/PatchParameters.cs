using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Kernels.Cuda;

/// <summary>What a patch kernel takes; field for field PatchArguments in block_sparse.cu. The stride is in elements.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PatchParameters
{
    public DevicePointer Images;
    public DevicePointer Y;
    public int Tokens;
    public int Prefix;
    public int Channels;
    public int ImageSize;
    public int PatchSize;
    public int Padded;
    public int YStride;
}
