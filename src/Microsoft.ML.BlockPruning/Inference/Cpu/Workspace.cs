using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>The activations of one forward pass over up to <see cref="Capacity"/> images.</summary>
internal sealed unsafe class Workspace : IDisposable
{
    private readonly NativeBuffer _stream;
    private readonly NativeBuffer _narrow;
    private readonly NativeBuffer _wide;
    private readonly NativeBuffer _scratch;
    private readonly NativeBuffer _tokens;
    private readonly NativeBuffer _logits;

    public Workspace(ViTConfig config, int capacity, int workers)
    {
        var layout = new PanelLayout(config.Tokens);
        var batch = new PanelLayout(capacity);
        int embedDim = PanelLayout.PadFeatures(config.EmbedDim);
        var attention = new AttentionShape(layout, config.NumHeads, config.HeadDim);
        Capacity = capacity;
        _stream = NativeBuffer.OfFloats(capacity * (long)layout.SizeOf(embedDim));
        _narrow = NativeBuffer.OfFloats(capacity * (long)layout.SizeOf(embedDim));
        _wide = NativeBuffer.OfFloats((capacity * (long)layout.SizeOf(WideFeatures(config))) + AttentionShape.QkvSlackFloats);
        _scratch = NativeBuffer.OfFloats(workers * attention.ScratchFloats);
        _tokens = NativeBuffer.OfFloats(batch.SizeOf(embedDim));
        _logits = NativeBuffer.OfFloats(batch.SizeOf(PanelLayout.PadFeatures(config.NumClasses)));
    }

    /// <summary>Images that fit.</summary>
    public int Capacity { get; }

    /// <summary>The residual stream [embedDim].</summary>
    public float* Stream => _stream.Floats;

    /// <summary>[embedDim]: what a norm gives, and what attention gives.</summary>
    public float* Narrow => _narrow.Floats;

    /// <summary>The patches, then q, k and v, then the hidden features of the MLP: never two of them at once.</summary>
    public float* Wide => _wide.Floats;

    /// <summary>[workers, scores of an attention].</summary>
    public float* Scratch => _scratch.Floats;

    /// <summary>[embedDim] with images as tokens: the prefix tokens that a head reads.</summary>
    public float* Tokens => _tokens.Floats;

    /// <summary>[numClasses] with images as tokens.</summary>
    public float* Logits => _logits.Floats;

    /// <summary>Bytes of the activations of one image.</summary>
    public static long BytesPerImage(ViTConfig config)
    {
        var layout = new PanelLayout(config.Tokens);
        return BlockCodecs.Float32.BytesOf(layout.SizeOf((2 * PanelLayout.PadFeatures(config.EmbedDim)) + WideFeatures(config)));
    }

    public void Dispose()
    {
        _stream.Dispose();
        _narrow.Dispose();
        _wide.Dispose();
        _scratch.Dispose();
        _tokens.Dispose();
        _logits.Dispose();
    }

    private static int WideFeatures(ViTConfig config) =>
        PanelLayout.PadFeatures(Math.Max(config.PatchDim, Math.Max(3 * config.EmbedDim, config.MlpDim)));
}
