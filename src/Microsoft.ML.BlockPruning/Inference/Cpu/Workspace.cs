using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>The activations of one forward pass over up to <see cref="Capacity"/> images.</summary>
internal sealed unsafe class Workspace : IDisposable
{
    private readonly NativeBuffer _stream;
    private readonly NativeBuffer _narrow;
    private readonly NativeBuffer _wide;
    private readonly NativeBuffer _scratch;
    private readonly NativeBuffer _packed;
    private readonly NativeBuffer _tokens;
    private readonly NativeBuffer _logits;

    /// <param name="spec">The network.</param>
    /// <param name="packedBytes">Of one image's packed input; may be zero.</param>
    /// <param name="scratch">Floats of scratch that a worker needs besides those of the specification.</param>
    /// <param name="capacity">Images that fit.</param>
    /// <param name="workers">Threads.</param>
    public Workspace(NetworkSpec spec, long packedBytes, long scratch, int capacity, int workers)
    {
        var sizes = ActivationSizes.Of(spec);
        var batch = new PanelLayout(capacity);
        Capacity = capacity;
        _stream = NativeBuffer.OfFloats(capacity * sizes.Stream);
        _narrow = NativeBuffer.OfFloats(capacity * sizes.Narrow);
        _wide = NativeBuffer.OfFloats((capacity * sizes.Wide) + AttentionShape.QkvSlackFloats);
        _scratch = NativeBuffer.OfFloats(workers * Math.Max(scratch, sizes.Scratch));
        _packed = new NativeBuffer(Math.Max(1, capacity * packedBytes));
        _tokens = NativeBuffer.OfFloats(batch.SizeOf(PanelLayout.PadFeatures(spec.FinalFeatures)));
        _logits = NativeBuffer.OfFloats(batch.SizeOf(PanelLayout.PadFeatures(spec.NumClasses)));
    }

    /// <summary>Images that fit.</summary>
    public int Capacity { get; }

    /// <summary>The residual stream.</summary>
    public float* Stream => _stream.Floats;

    /// <summary>What a norm gives, and what attention gives.</summary>
    public float* Narrow => _narrow.Floats;

    /// <summary>The patches, then q, k and v, then the hidden features of the MLP: never two of them at once.</summary>
    public float* Wide => _wide.Floats;

    /// <summary>What a layer reads, as its row has it, where that is not float32.</summary>
    public byte* Packed => (byte*)_packed.Pointer;

    /// <summary>[workers, scores of the largest attention].</summary>
    public float* Scratch => _scratch.Floats;

    /// <summary>The features after the last step with images as tokens: what a head reads.</summary>
    public float* Tokens => _tokens.Floats;

    /// <summary>[numClasses] with images as tokens.</summary>
    public float* Logits => _logits.Floats;

    public void Dispose()
    {
        _stream.Dispose();
        _narrow.Dispose();
        _wide.Dispose();
        _scratch.Dispose();
        _packed.Dispose();
        _tokens.Dispose();
        _logits.Dispose();
    }
}
