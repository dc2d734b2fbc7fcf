using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;

/// <summary>
/// Attention in bfloat16 by shipped machine code: q, k, v and the softmax's exponentials are rounded, scores, sums and context are
/// float32. Scores of one head and one panel of queries, 40 KB of them at 197 tokens, never leave the cache.
/// </summary>
internal sealed unsafe class BFloat16Attention(string name) : AttentionKernel(new KernelTraits(
    name, nameof(BFloat16Attention), new KernelTile(Lanes, Strip), ProductFormat.BFloat16, ArithmeticClass.BFloat16Pairs))
{
    private const int Strip = PanelLayout.StripFeatures;
    private const int Lanes = PanelLayout.PanelTokens;
    private const int PairBytes = 4;
    private const int ValueBytes = 2;

    private static readonly Lazy<PlacedFunction?> Code =
        new(() => PlacedFunction.TryPlace(ShippedFunction.BFloat16Tile, ProcessorFeatures.HasAvx512BFloat16));

    public override bool IsSupported => Code.Value is not null;

    public override bool PacksInput => true;

    public override int InputTokenBytes(AttentionShape shape) => new BFloat16AttentionShape(shape).TokenBytes;

    // Scores; their exponentials in pairs of keys; what a head gives.
    public override long ScratchOf(AttentionShape shape) =>
        Lanes * (shape.Layout.PaddedTokens + (((long)shape.Layout.PaddedTokens + 1) / 2) + PanelLayout.PadFeatures(shape.ContextFeatures));

    public override void PackInput(AttentionShape shape, float* qkv, int head, int panel, byte* packed)
    {
        var to = new BFloat16AttentionShape(shape);
        int lanes = shape.Layout.LanesOf(panel);
        float* from = qkv + PanelLayout.OffsetOf(panel, shape.PaddedQkvFeatures);
        for (int part = 0; part < 2; part++)
        {
            float* features = from + ((nint)shape.FirstOf(part, head) * lanes);
            BFloat16Packing.Pack(features, shape.HeadDim, lanes, packed + to.OffsetOf(part, head, panel));
        }

        BFloat16Packing.PackRows(
            from + ((nint)shape.FirstOf(2, head) * lanes), shape.WidthOf(2, head), lanes, shape.Layout.TokensOf(panel),
            (ushort*)(packed + to.OffsetOf(2, head, panel)));
    }

    public override void Attend(AttentionShape shape, byte* qkv, int head, int panel, float* bias, float* scratch, float* context)
    {
        int lanes = shape.Layout.LanesOf(panel);
        byte* exponentials = (byte*)(scratch + ((nint)lanes * shape.Layout.PaddedTokens));
        float* mixed = (float*)(exponentials + ((nint)PairBytes * lanes * ((shape.Layout.PaddedTokens + 1) / 2)));
        Score(new BFloat16AttentionShape(shape), qkv, head, panel, bias, scratch);
        float* inverse = stackalloc float[Lanes];
        LaneLoop<Avx512Isa, Vector512<float>>.Run(new Softmax(scratch, shape, inverse), lanes);
        BFloat16Packing.Pack(scratch, shape.Layout.Tokens, lanes, exponentials);
        Mix(new BFloat16AttentionShape(shape), qkv, head, lanes, exponentials, mixed);
        float* target = context + PanelLayout.OffsetOf(panel, shape.PaddedContextFeatures) + ((nint)shape.ValueStarts[head] * lanes);
        for (int i = 0; i < shape.WidthOf(2, head) * lanes; i += Vector512<float>.Count)
        {
            (Vector512.Load(mixed + i) * Vector512.Load(inverse + (i % lanes))).Store(target + i);
        }
    }

    /// <summary>scores[key, query] = bias[key, query] + k[key] · q[query].</summary>
    private static void Score(BFloat16AttentionShape packed, byte* qkv, int head, int panel, float* bias, float* scores)
    {
        var layout = packed.Shape.Layout;
        int lanes = layout.LanesOf(panel);
        new Span<float>(scores, layout.PaddedTokens * lanes).Clear();
        if (bias is not null)
        {
            new ReadOnlySpan<float>(bias, layout.Tokens * lanes).CopyTo(new Span<float>(scores, layout.Tokens * lanes));
        }

        for (int keys = 0; keys < layout.Panels; keys++)
        {
            TileCall call;
            call.X = qkv + packed.OffsetOf(0, head, panel);
            call.W = qkv + packed.OffsetOf(1, head, keys);
            call.Y = scores + ((nint)keys * PanelLayout.PanelTokens * lanes);
            (call.RowStride, call.GroupStride) = (PairBytes, (long)layout.LanesOf(keys) * PairBytes);
            (call.Groups, call.Strips) = (packed.Pairs, (layout.TokensOf(keys) + Strip - 1) / Strip);
            Run(&call, lanes);
        }
    }

    /// <summary>mixed[feature, query] = Σ_key v[feature, key] · exponentials[key, query].</summary>
    private static void Mix(BFloat16AttentionShape packed, byte* qkv, int head, int lanes, byte* exponentials, float* mixed)
    {
        var layout = packed.Shape.Layout;
        int rows = packed.ValueRows(head);
        new Span<float>(mixed, rows * lanes).Clear();
        for (int keys = 0; keys < layout.Panels; keys++)
        {
            TileCall call;
            call.X = exponentials + ((nint)keys * (PanelLayout.PanelTokens / 2) * lanes * PairBytes);
            call.W = qkv + packed.OffsetOf(2, head, keys);
            call.Y = mixed;
            (call.RowStride, call.GroupStride) = ((long)layout.LanesOf(keys) * ValueBytes, PairBytes);
            (call.Groups, call.Strips) = ((layout.TokensOf(keys) + 1) / 2, rows / Strip);
            Run(&call, lanes);
        }
    }

    [SkipLocalsInit]
    private static void Run(TileCall* call, int lanes)
    {
        if (call->Strips > 0)
        {
            ((delegate* unmanaged<TileCall*, void>)Code.Value!.AddressFor(lanes))(call);
        }
    }

    /// <summary>Scores as wide as the panel, so that one vector, two or three are a row of them.</summary>
    private readonly struct Softmax(float* scores, AttentionShape shape, float* inverse) : ILaneAlgorithm
    {
        public void Run<TIsa, TVector>(int lane)
            where TIsa : struct, IVectorIsa<TVector>
            where TVector : struct =>
            TIsa.Store(ScoreSoftmax<TIsa, TVector>.Run(scores + lane, shape.Layout.Tokens, shape.HeadDim), inverse + lane);
    }
}
