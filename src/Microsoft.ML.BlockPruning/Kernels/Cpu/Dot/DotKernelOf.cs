using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>A row that multiplies packed activations.</summary>
/// <typeparam name="TDot">The products.</typeparam>
/// <typeparam name="TIsa">The epilogues.</typeparam>
/// <typeparam name="TVector">Of the epilogues.</typeparam>
/// <param name="name">The row's name.</param>
/// <param name="arithmetic">Its promise on bits.</param>
internal sealed unsafe class DotKernelOf<TDot, TIsa, TVector>(string name, ArithmeticClass arithmetic) : EpilogueKernel(new KernelTraits(
    name, typeof(TDot).Name, new KernelTile(TDot.Tile.Tokens, TDot.Tile.Outputs), TDot.Numbers.Format, arithmetic))
    where TDot : struct, IDotProduct
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    // An epilogue passes over so many strips at a time: 12 KB of a panel of 48 tokens, which stay in the first-level cache.
    private const int StripsOfATile = 8;

    public override bool IsSupported => TDot.IsSupported && TIsa.IsSupported;

    public override bool PacksInput => true;

    public override int MostInFeatures => TDot.Numbers.HasScales ? DotNumbers.MostInt8Features : base.MostInFeatures;

    public override int InputTokenBytes(int features) => TDot.Numbers.TokenBytes(features);

    public override void PackInput(float* x, int features, int lanes, byte* packed) => TDot.Pack(x, features, lanes, packed);

    public override PackedLinear Pack(BlockSparseMatrix weight, ReadOnlySpan<float> bias) => new PackedDot(TDot.Numbers, weight, bias);

    [SkipLocalsInit]
    protected override void Multiply<TEpilogue>(
        PackedLinear linear, (int First, int End) strips, byte* x, int lanes, float* residual, float* y)
    {
        var packed = (PackedDot)linear;
        if (TEpilogue.IsIdentity)
        {
            Multiply(packed, strips, x, lanes, y + ((nint)strips.First * PanelLayout.StripFeatures * lanes));
            return;
        }

        const int tileFloats = StripsOfATile * PanelLayout.StripFeatures * PanelLayout.PanelTokens;
        float* memory = stackalloc float[tileFloats + NativeBuffer.AlignmentFloats];
        float* tile = NativeBuffer.Align(memory);
        for (int first = strips.First; first < strips.End; first += StripsOfATile)
        {
            int end = Math.Min(first + StripsOfATile, strips.End), length = (end - first) * PanelLayout.StripFeatures * lanes;
            nint from = (nint)first * PanelLayout.StripFeatures * lanes;
            Multiply(packed, (first, end), x, lanes, tile);
            TEpilogue.Apply<TIsa, TVector>(tile, residual + from, length, y + from);
        }
    }

    [SkipLocalsInit]
    private static void Multiply(PackedDot linear, (int First, int End) strips, byte* x, int lanes, float* y)
    {
        if (strips.First == strips.End)
        {
            return;
        }

        DotCall call;
        call.TokenScales = (float*)x;
        call.X = TDot.Numbers.HasScales ? x + (lanes * sizeof(float)) : x;
        call.Y = y;
        call.Strips = linear.StripAt(strips.First);
        call.StripsEnd = linear.StripAt(strips.End);
        TDot.Multiply(&call, lanes);
    }
}
