using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.FineTuning;

/// <summary>A network that computes in a type of its own between float32 images and float32 outputs.</summary>
internal sealed class ComputingNetwork : IDisposable
{
    private readonly TorchNetwork _network;
    private readonly FineTunePrecision _precision;

    /// <summary>Copies the weights.</summary>
    public ComputingNetwork(NetworkWeights weights, FineTunePrecision precision)
    {
        _precision = precision;
        _network = new TorchNetwork(weights);
        _network.To(Type);
        Parameters = [.. _network.Module.parameters()];
        foreach (var parameter in Parameters)
        {
            parameter.DetachFromDisposeScope(); // a conversion makes new tensors
        }
    }

    /// <summary>The rounded weights, in the order of <see cref="TorchNetwork"/>.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    private ScalarType Type => _precision == FineTunePrecision.Mixed ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>Logits and features in float32; the caller's dispose scope owns them.</summary>
    /// <param name="images">[images, channels, imageSize, imageSize] float32, normalised.</param>
    public NetworkOutput Forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var streams = _network.Streams(images.to(Type));
        var logits = _network.Classify(streams[^1]).to(ScalarType.Float32);
        return new NetworkOutput(
            logits.MoveToOuterDisposeScope(), [.. streams.Select(x => x.to(ScalarType.Float32).MoveToOuterDisposeScope())]);
    }

    public void Dispose() => _network.Dispose();
}
