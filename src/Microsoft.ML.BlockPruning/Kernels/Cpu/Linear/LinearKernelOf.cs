using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

/// <summary>The product on one instruction set, with float32 weights in strips.</summary>
internal sealed unsafe class LinearKernelOf<TIsa, TVector>(string name)
    : LinearKernel(KernelTraits.Of<TIsa, TVector>(name, TIsa.MicrokernelRows, NumberFormat.Float32))
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    public override bool IsSupported => TIsa.IsSupported;

    public override PackedLinear Pack(BlockSparseMatrix weight, ReadOnlySpan<float> bias) => new PackedStrips(weight, bias);

    public override void Multiply(
        PackedLinear linear, (int First, int End) strips, float* x, int lanes, Epilogue epilogue, float* residual, float* y)
    {
        var packed = (PackedStrips)linear;
        switch (epilogue)
        {
            case Epilogue.None:
                MultiplyStrips<IdentityEpilogue>(packed, strips, x, lanes, residual, y);
                break;
            case Epilogue.Gelu:
                MultiplyStrips<FunctionEpilogue<ExactGelu>>(packed, strips, x, lanes, residual, y);
                break;
            case Epilogue.TanhGelu:
                MultiplyStrips<FunctionEpilogue<TanhGelu>>(packed, strips, x, lanes, residual, y);
                break;
            case Epilogue.QuickGelu:
                MultiplyStrips<FunctionEpilogue<QuickGelu>>(packed, strips, x, lanes, residual, y);
                break;
            case Epilogue.AddResidual:
                MultiplyStrips<ResidualEpilogue>(packed, strips, x, lanes, residual, y);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(epilogue), epilogue, "Not an epilogue.");
        }
    }

    [SkipLocalsInit]
    private static void MultiplyStrips<TEpilogue>(
        PackedStrips linear, (int First, int End) strips, float* x, int lanes, float* residual, float* y)
        where TEpilogue : struct, IEpilogue
    {
        float* memory = stackalloc float[(PanelLayout.StripFeatures * PanelLayout.PanelTokens) + NativeBuffer.AlignmentFloats];
        float* tile = NativeBuffer.Align(memory);
        int length = PanelLayout.StripFeatures * lanes;
        for (int strip = strips.First; strip < strips.End; strip++)
        {
            float* target = y + ((nint)strip * length);
            LaneLoop<TIsa, TVector>.Run(new StripProduct(x, lanes, linear, strip, TEpilogue.IsIdentity ? target : tile), lanes);
            if (!TEpilogue.IsIdentity)
            {
                TEpilogue.Apply<TIsa, TVector>(tile, residual + ((nint)strip * length), length, target);
            }
        }
    }
}
