using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

/// <summary>libtorch in fp32, by the module that pruning trains with; its attention is two products and a softmax.</summary>
internal sealed class LibTorchNetwork(NetworkWeights weights, int batch) : IMeasuredNetwork
{
    private readonly TorchNetwork _network = new(weights);
    private readonly float[] _images = new float[batch * weights.Config.ImageDim];
    private readonly float[] _logits = new float[batch * weights.Config.NumClasses];

    public Span<float> Images => _images;

    public ReadOnlySpan<float> Logits => _logits;

    public void Run()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var config = weights.Config;
        var pixels = tensor(_images, [batch, config.Channels, config.ImageSize, config.ImageSize]);
        _network.Forward(pixels).data<float>().CopyTo(_logits);
    }

    public void Dispose() => _network.Dispose();
}
