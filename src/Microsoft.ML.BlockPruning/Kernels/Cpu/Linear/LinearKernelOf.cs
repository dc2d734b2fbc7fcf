using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

/// <summary>The product on one instruction set, with float32 weights in strips.</summary>
/// <param name="name">The row's name.</param>
/// <param name="format">
/// Float32; or BFloat16, for processors that cannot multiply it: then weights are such numbers, and all else is float32.
/// </param>
internal sealed unsafe class LinearKernelOf<TIsa, TVector>(string name, ProductFormat format = ProductFormat.Float32)
    : EpilogueKernel(KernelTraits.Of<TIsa, TVector>(
        name, TIsa.MicrokernelRows, format, format == ProductFormat.BFloat16 ? ArithmeticClass.IeeeFmaOfBFloat16Weights : null))
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    public override bool IsSupported => TIsa.IsSupported;

    public override PackedLinear Pack(BlockSparseMatrix weight, ReadOnlySpan<float> bias)
    {
        ArgumentNullException.ThrowIfNull(weight);
        return new PackedStrips(format == ProductFormat.BFloat16 ? weight.In(NumberFormat.BFloat16) : weight, bias, format);
    }

    [SkipLocalsInit]
    protected override void Multiply<TEpilogue>(
        PackedLinear linear, (int First, int End) strips, byte* x, int lanes, float* residual, float* y)
    {
        var packed = (PackedStrips)linear;
        float* memory = stackalloc float[(PanelLayout.StripFeatures * PanelLayout.PanelTokens) + NativeBuffer.AlignmentFloats];
        float* tile = NativeBuffer.Align(memory);
        int length = PanelLayout.StripFeatures * lanes;
        for (int strip = strips.First; strip < strips.End; strip++)
        {
            float* target = y + ((nint)strip * length);
            var product = new StripProduct((float*)x, lanes, packed, strip, TEpilogue.IsIdentity ? target : tile);
            LaneLoop<TIsa, TVector>.Run(product, lanes);
            if (!TEpilogue.IsIdentity)
            {
                TEpilogue.Apply<TIsa, TVector>(tile, residual + ((nint)strip * length), length, target);
            }
        }
    }
}
