using Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>Attention within windows over many images: an item is one head and one row of windows.</summary>
/// <remarks>
/// A window's q, k and v are gathered into panels of their own, where the attention of whole images computes it; what it gives is laid
/// back. Windows of a row have the same bias but for the last one of a shifted grid, so it is laid out once or twice a row.
/// </remarks>
internal sealed unsafe class WindowWork(AttentionKernel kernel, WorkerPool pool) : IParallelWork
{
    private PackedWindows? _windows;
    private float* _scratch;
    private float* _qkv;
    private float* _context;

    /// <summary>Floats of scratch that one worker needs: scores, q k v, context and bias of one head in one window.</summary>
    public static long ScratchOf(AttentionShape shape) => BiasOffset(shape) + (shape.Layout.Tokens * (long)shape.Layout.PaddedTokens);

    /// <summary>context = softmax(q kᵀ / √headDim + bias) v within windows.</summary>
    /// <param name="windows">Windows and bias.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="scratch">[threads of the pool, <see cref="ScratchOf"/>].</param>
    /// <param name="qkv">[images] panels of [windows.Image.QkvFeatures, lanes].</param>
    /// <param name="context">[images] panels of [windows.Image.ContextFeatures, lanes], written.</param>
    public void Run(PackedWindows windows, int images, float* scratch, float* qkv, float* context)
    {
        _windows = windows;
        _scratch = scratch;
        _qkv = qkv;
        _context = context;
        pool.Run(this, images * windows.Image.Heads * windows.Grid.PerSide);
    }

    void IParallelWork.Run(int item, int worker)
    {
        var windows = _windows!;
        int perSide = windows.Grid.PerSide;
        int row = item % perSide, head = item / perSide % windows.Image.Heads;
        int image = item / (perSide * windows.Image.Heads);
        var shape = windows.Heads[head];
        float* scratch = _scratch + (worker * ScratchOf(windows.WholeHead));
        float* gathered = scratch + shape.ScratchFloats, mixed = scratch + MixedOffset(shape), bias = scratch + BiasOffset(shape);
        float* qkv = _qkv + (image * windows.Image.Layout.SizeOf(windows.Image.PaddedQkvFeatures));
        float* context = _context + (image * windows.Image.Layout.SizeOf(windows.Image.PaddedContextFeatures));
        int laidOut = -1;
        for (int window = row * perSide; window < (row + 1) * perSide; window++)
        {
            int kind = windows.Grid.KindOf(window);
            if (kind != laidOut)
            {
                LayOutBias(windows, head, kind, bias);
                laidOut = kind;
            }

            Gather(windows, window, head, qkv, gathered);
            for (int panel = 0; panel < shape.Layout.Panels; panel++)
            {
                float* ofPanel = bias + ((nint)panel * PanelLayout.PanelTokens * shape.Layout.Tokens);
                kernel.Attend(shape, (byte*)gathered, head: 0, panel, ofPanel, scratch, mixed);
            }

            Scatter(windows, window, head, mixed, context);
        }
    }

    private static long MixedOffset(AttentionShape shape) =>
        shape.ScratchFloats + shape.Layout.SizeOf(shape.PaddedQkvFeatures) + AttentionShape.QkvSlackFloats;

    private static long BiasOffset(AttentionShape shape) => MixedOffset(shape) + shape.Layout.SizeOf(shape.PaddedContextFeatures);

    /// <summary>[panel][key][query]: the bias of a head for a kind of windows.</summary>
    private static void LayOutBias(PackedWindows windows, int head, int kind, float* bias)
    {
        var layout = windows.WholeHead.Layout;
        int[] places = windows.Places, regions = windows.Regions[kind];
        float* table = windows.Table + ((nint)head * windows.Distances);
        for (int panel = 0; panel < layout.Panels; panel++)
        {
            int lanes = layout.LanesOf(panel), first = panel * PanelLayout.PanelTokens;
            for (int key = 0; key < layout.Tokens; key++, bias += lanes)
            {
                float* distances = table + places[^1] - places[key]; // WindowGrid.DistanceOf
                for (int lane = 0; lane < layout.TokensOf(panel); lane++)
                {
                    float value = distances[places[first + lane]];
                    bias[lane] = regions[first + lane] != regions[key] ? value + windows.Apart : value;
                }
            }
        }
    }

    /// <summary>q, k and v of a head, for the slots of a window.</summary>
    private static void Gather(PackedWindows windows, int window, int head, float* qkv, float* gathered)
    {
        var (image, shape) = (windows.Image, windows.Heads[head]);
        foreach (var run in windows.Runs[window])
        {
            float* to = AddressOf(shape.Layout, run.Slot, shape.PaddedQkvFeatures, gathered);
            int toLanes = shape.Layout.LanesOf(run.Slot / PanelLayout.PanelTokens);
            for (int part = 0; part < 3; part++)
            {
                int first = image.FirstOf(part, head), width = image.WidthOf(part, head);
                if (run.Token < 0)
                {
                    Fill(windows.Padding.AsSpan(first, width), to, toLanes);
                }
                else
                {
                    int fromLanes = image.Layout.LanesOf(run.Token / PanelLayout.PanelTokens);
                    float* from = AddressOf(image.Layout, run.Token, image.PaddedQkvFeatures, qkv) + ((nint)first * fromLanes);
                    Copy(from, fromLanes, to, toLanes, width, run.Count);
                }

                to += width * toLanes;
            }
        }
    }

    /// <summary>What a head gives, to the tokens that a window holds.</summary>
    private static void Scatter(PackedWindows windows, int window, int head, float* mixed, float* context)
    {
        var (image, shape) = (windows.Image, windows.Heads[head]);
        foreach (var run in windows.Runs[window])
        {
            if (run.Token < 0)
            {
                continue;
            }

            int toLanes = image.Layout.LanesOf(run.Token / PanelLayout.PanelTokens);
            float* to = AddressOf(image.Layout, run.Token, image.PaddedContextFeatures, context)
                + ((nint)image.ValueStarts[head] * toLanes);
            float* from = AddressOf(shape.Layout, run.Slot, shape.PaddedContextFeatures, mixed);
            int fromLanes = shape.Layout.LanesOf(run.Slot / PanelLayout.PanelTokens);
            Copy(from, fromLanes, to, toLanes, shape.ContextFeatures, run.Count);
        }
    }

    private static void Copy(float* from, int fromLanes, float* to, int toLanes, int features, int tokens)
    {
        for (int feature = 0; feature < features; feature++, from += fromLanes, to += toLanes)
        {
            for (int token = 0; token < tokens; token++)
            {
                to[token] = from[token];
            }
        }
    }

    private static void Fill(ReadOnlySpan<float> values, float* to, int toLanes)
    {
        foreach (float value in values)
        {
            *to = value;
            to += toLanes;
        }
    }

    private static float* AddressOf(PanelLayout layout, int token, int padded, float* image) =>
        image + PanelLayout.OffsetOf(token / PanelLayout.PanelTokens, padded) + (token % PanelLayout.PanelTokens);
}
