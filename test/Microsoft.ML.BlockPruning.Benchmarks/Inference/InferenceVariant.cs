using Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML.BlockPruning.Benchmarks.Inference;

/// <summary>Ours, in one format, ready to be timed.</summary>
internal sealed class InferenceVariant : IMeasuredNetwork
{
    private readonly SparseViTSession _session;
    private readonly float[] _images;
    private readonly float[] _logits;
    private readonly int _batch;

    /// <param name="keep">Share of the blocks.</param>
    /// <param name="network">With these blocks.</param>
    /// <param name="format">In what numbers.</param>
    /// <param name="batch">Images of a run.</param>
    /// <param name="threads">Threads.</param>
    public InferenceVariant(double keep, SparseViT network, ProductFormat format, int batch, int threads)
    {
        (Keep, Format, _batch) = (keep, format, batch);
        long before = NativeBuffer.LiveBytes;
        _session = new SparseViTSession(network.With(new LayerFormats(format)), threads);
        _images = new float[batch * network.Spec.ImageDim];
        _logits = new float[batch * network.Spec.NumClasses];
        Run();
        PeakBytes = NativeBuffer.LiveBytes - before;
    }

    public double Keep { get; }

    public ProductFormat Format { get; }

    public string Kernels => _session.Kernel.NameOf([Format]);

    /// <summary>Native memory of the session after a run.</summary>
    public long PeakBytes { get; }

    public Span<float> Images => _images;

    public ReadOnlySpan<float> Logits => _logits;

    public void Run() => _session.Score(_images, _batch, _logits);

    /// <summary>Managed bytes of one run on this thread.</summary>
    public long AllocatedBytes()
    {
        Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    public void Dispose() => _session.Dispose();
}
