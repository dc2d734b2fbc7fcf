using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

/// <summary>Our own session, dense or pruned.</summary>
internal sealed class SparseNetwork(SparseViT network, int batch, int threads) : IMeasuredNetwork
{
    private readonly SparseViTSession _session = new(network, threads);
    private readonly float[] _images = new float[batch * network.Spec.ImageDim];
    private readonly float[] _logits = new float[batch * network.Spec.NumClasses];

    public Span<float> Images => _images;

    public ReadOnlySpan<float> Logits => _logits;

    public void Run() => _session.Score(_images, batch, _logits);

    public void Dispose() => _session.Dispose();
}
