using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Kernels.Cuda;

/// <summary>What a linear kernel takes; field for field LinearArguments in block_sparse.cu. Strides count elements.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinearParameters
{
    public DevicePointer X;
    public DevicePointer Values;
    public DevicePointer CrowIndices;
    public DevicePointer ColIndices;
    public DevicePointer Order;
    public DevicePointer Bias;
    public DevicePointer Residual;
    public DevicePointer Y;
    public int Rows;
    public int XStride;
    public int ResidualRows;
    public int ResidualStride;
    public int YStride;
    public CudaActivation Activation;
}
