using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>One encoder layer in the kernels' form.</summary>
internal sealed class PackedEncoderLayer : IDisposable
{
    public PackedEncoderLayer(SparseEncoderLayer layer, float eps, LinearKernel kernel)
    {
        Norm1 = new PackedNorm(layer.Norm1.Scale, layer.Norm1.Offset, eps);
        Qkv = kernel.Pack(layer.Qkv.Weight, layer.Qkv.Bias);
        Proj = kernel.Pack(layer.Proj.Weight, layer.Proj.Bias);
        Norm2 = new PackedNorm(layer.Norm2.Scale, layer.Norm2.Offset, eps);
        Fc1 = kernel.Pack(layer.Fc1.Weight, layer.Fc1.Bias);
        Fc2 = kernel.Pack(layer.Fc2.Weight, layer.Fc2.Bias);
    }

    public PackedNorm Norm1 { get; }

    public PackedLinear Qkv { get; }

    public PackedLinear Proj { get; }

    public PackedNorm Norm2 { get; }

    public PackedLinear Fc1 { get; }

    public PackedLinear Fc2 { get; }

    public void Dispose()
    {
        Norm1.Dispose();
        Qkv.Dispose();
        Proj.Dispose();
        Norm2.Dispose();
        Fc1.Dispose();
        Fc2.Dispose();
    }
}
