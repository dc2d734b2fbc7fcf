using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;

/// <summary>
/// context = softmax((bias + q kᵀ) / √headDim) v for one head and one panel's queries (Vaswani et al., NeurIPS 2017, §3.2.1).
/// </summary>
/// <param name="shape">Tokens, heads and their width.</param>
/// <param name="qkv">Panels of [shape.QkvFeatures, lanes]: q, k, v, each head after head.</param>
/// <param name="head">The head.</param>
/// <param name="panel">The panel of the queries.</param>
/// <param name="bias">[tokens, lanes of the panel]: of each key to each query; null for none.</param>
/// <param name="scratch">[shape.ScratchFloats].</param>
/// <param name="context">Panels of [shape.ContextFeatures, lanes], of which this head's features are written.</param>
/// <remarks>A query is a lane: scores lie [key, query], softmax runs down the keys, k and v are broadcast from their panels.</remarks>
internal readonly unsafe struct QueryAttention(
    AttentionShape shape, float* qkv, int head, int panel, float* bias, float* scratch, float* context) : ILaneAlgorithm
{
    private const int Strip = PanelLayout.StripFeatures;

    private readonly int _lanes = shape.Layout.LanesOf(panel);

    public void Run<TIsa, TVector>(int lane)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct
    {
        Score<TIsa, TVector>(lane);
        var inverse = ScoreSoftmax<TIsa, TVector>.Run(scratch, shape.Layout.Tokens, shape.HeadDim);
        Mix<TIsa, TVector>(lane, inverse);
    }

    /// <summary>scratch[key, query] = bias[key, query] + k[key] · q[query], not yet divided by √headDim.</summary>
    private void Score<TIsa, TVector>(int lane)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct
    {
        new Span<float>(scratch, shape.Layout.PaddedTokens * TIsa.Width).Clear();
        for (int key = 0; bias is not null && key < shape.Layout.Tokens; key++)
        {
            TIsa.Store(TIsa.Load(bias + (key * _lanes) + lane), scratch + (key * TIsa.Width));
        }

        float* q = Part(panel, 0) + lane;
        float* scores = scratch;
        for (int keys = 0; keys < shape.Layout.Panels; keys++)
        {
            int keyLanes = shape.Layout.LanesOf(keys);
            for (int key = 0; key < shape.Layout.TokensOf(keys); key += Strip)
            {
                AddProduct<TIsa, TVector>(q, _lanes, Part(keys, 1) + key, 1, keyLanes, shape.HeadDim, scores);
                scores += Strip * TIsa.Width;
            }
        }
    }

    /// <summary>context[feature, query] = Σ_key v[feature, key] · scratch[key, query] · inverse[query].</summary>
    [SkipLocalsInit]
    private void Mix<TIsa, TVector>(int lane, TVector inverse)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct
    {
        float* memory = stackalloc float[(Strip * PanelLayout.PanelTokens) + NativeBuffer.AlignmentFloats];
        float* tile = NativeBuffer.Align(memory);
        nint panelStart = PanelLayout.OffsetOf(panel, shape.PaddedContextFeatures);
        float* target = context + panelStart + (shape.ValueStarts[head] * _lanes) + lane;
        int width = shape.WidthOf(2, head);
        for (int feature = 0; feature < width; feature += Strip)
        {
            new Span<float>(tile, Strip * TIsa.Width).Clear();
            float* weights = scratch;
            for (int keys = 0; keys < shape.Layout.Panels; keys++)
            {
                int keyLanes = shape.Layout.LanesOf(keys);
                float* v = Part(keys, 2) + (feature * keyLanes);
                AddProduct<TIsa, TVector>(weights, TIsa.Width, v, keyLanes, 1, shape.Layout.TokensOf(keys), tile);
                weights += keyLanes * TIsa.Width;
            }

            for (int row = 0; row < Math.Min(Strip, width - feature); row++)
            {
                TIsa.Store(TIsa.Multiply(TIsa.Load(tile + (row * TIsa.Width)), inverse), target + ((feature + row) * _lanes));
            }
        }
    }

    /// <summary>y[8, TIsa.Width] += w[8, columns] · x[columns, TIsa.Width].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProduct<TIsa, TVector>(
        float* x, nint xStride, float* w, nint rowStride, nint columnStride, int columns, float* y)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct
    {
        if (TIsa.MicrokernelRows == Strip)
        {
            TileMicrokernel<TIsa, TVector>.MultiplyRows8(x, xStride, w, rowStride, columnStride, columns, y, TIsa.Width);
        }
        else
        {
            TileMicrokernel<TIsa, TVector>.MultiplyRows4(x, xStride, w, rowStride, columnStride, columns, y, TIsa.Width);
            TileMicrokernel<TIsa, TVector>.MultiplyRows4(
                x, xStride, w + (4 * rowStride), rowStride, columnStride, columns, y + (4 * TIsa.Width), TIsa.Width);
        }
    }

    /// <summary>This head's features of q (0), k (1) or v (2) in a panel.</summary>
    private float* Part(int ofPanel, int part)
    {
        Debug.Assert(part is >= 0 and < 3, "q, k or v");
        return qkv + PanelLayout.OffsetOf(ofPanel, shape.PaddedQkvFeatures)
            + (shape.FirstOf(part, head) * shape.Layout.LanesOf(ofPanel));
    }
}
