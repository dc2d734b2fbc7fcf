using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Norm;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu;

/// <summary>The algorithms on one instruction set: three vectors of tokens at a time, then two or one for the rest of a panel.</summary>
internal sealed unsafe class CpuKernelOf<TIsa, TVector>(string name) : CpuKernel(name)
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    public override bool IsSupported => TIsa.IsSupported;

    public override void Multiply(
        PackedLinear linear, (int First, int End) strips, float* x, int lanes, Epilogue epilogue, float* residual, float* y)
    {
        switch (epilogue)
        {
            case Epilogue.None:
                MultiplyStrips<IdentityEpilogue>(linear, strips, x, lanes, residual, y);
                break;
            case Epilogue.Gelu:
                MultiplyStrips<GeluEpilogue>(linear, strips, x, lanes, residual, y);
                break;
            case Epilogue.AddResidual:
                MultiplyStrips<ResidualEpilogue>(linear, strips, x, lanes, residual, y);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(epilogue), epilogue, "Not an epilogue.");
        }
    }

    public override void Normalize(PackedNorm norm, float* x, int lanes, float* y) =>
        ForEachVector(new LayerNormalization(x, norm.Features, lanes, norm, y), lanes);

    public override void Attend(AttentionShape shape, float* qkv, int head, int panel, float* scratch, float* context) =>
        ForEachVector(new QueryAttention(shape, qkv, head, panel, scratch, context), shape.Layout.LanesOf(panel));

    [SkipLocalsInit]
    private static void MultiplyStrips<TEpilogue>(
        PackedLinear linear, (int First, int End) strips, float* x, int lanes, float* residual, float* y)
        where TEpilogue : struct, IEpilogue
    {
        float* memory = stackalloc float[(PanelLayout.StripFeatures * PanelLayout.PanelTokens) + NativeBuffer.AlignmentFloats];
        float* tile = NativeBuffer.Align(memory);
        int length = PanelLayout.StripFeatures * lanes;
        for (int strip = strips.First; strip < strips.End; strip++)
        {
            float* target = y + ((nint)strip * length);
            ForEachVector(new StripProduct(x, lanes, linear, strip, TEpilogue.IsIdentity ? target : tile), lanes);
            if (!TEpilogue.IsIdentity)
            {
                TEpilogue.Apply<TIsa, TVector>(tile, residual + ((nint)strip * length), length, target);
            }
        }
    }

    private static void ForEachVector<TAlgorithm>(TAlgorithm algorithm, int lanes)
        where TAlgorithm : struct, ILaneAlgorithm
    {
        int lane = 0;
        for (; lane + (3 * TIsa.Width) <= lanes; lane += 3 * TIsa.Width)
        {
            algorithm.Run<Wide3Isa<TIsa, TVector>, Vectors3<TVector>>(lane);
        }

        if (lane + (2 * TIsa.Width) <= lanes)
        {
            algorithm.Run<Wide2Isa<TIsa, TVector>, Vectors2<TVector>>(lane);
            lane += 2 * TIsa.Width;
        }

        if (lane < lanes)
        {
            algorithm.Run<TIsa, TVector>(lane);
        }
    }
}
