using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Inference.Cuda;

/// <summary>All weights of a network on the device, and how wide rows of activations are that they read and write.</summary>
internal sealed class DeviceNetwork : IDisposable
{
    private readonly CudaScope _scope = new();

    /// <summary>Packs on the host and uploads.</summary>
    public DeviceNetwork(SparseViT network, ICudaDriver driver, NumberFormat element, CudaStream stream)
    {
        Config = network.Config;
        Element = element;
        try
        {
            var upload = new DeviceUploader(driver, element, stream, _scope);
            PatchEmbedding = upload.Linear(network.Embedding.Patch, bias: null); // its bias is part of the start tokens
            Layers =
            [
                .. network.Layers.Select(layer => new DeviceEncoderLayer(
                    upload.Norm(layer.Norm1),
                    upload.Linear(layer.Qkv.Weight, layer.Qkv.Bias),
                    upload.Linear(layer.Proj.Weight, layer.Proj.Bias),
                    upload.Norm(layer.Norm2),
                    upload.Linear(layer.Fc1.Weight, layer.Fc1.Bias),
                    upload.Linear(layer.Fc2.Weight, layer.Fc2.Bias))),
            ];
            Norm = upload.Norm(network.Norm);
            Heads = [.. network.Heads.Select(head => upload.Linear(head, head.Bias))];
            StreamStride = Layers.SelectMany(layer => new[] { layer.Proj, layer.Fc2 }).Append(PatchEmbedding)
                .Max(linear => linear.PaddedOutFeatures);
            StartTokens = upload.Rows(network.Embedding.StartTokens(), Config.EmbedDim, StreamStride);
        }
        catch
        {
            Dispose();
            throw;
        }

        NarrowStride = Layers.SelectMany(layer => new[] { layer.Qkv, layer.Proj, layer.Fc1 }).Concat(Heads)
            .Max(linear => linear.PaddedInFeatures);
        WideStride = Layers
            .SelectMany(layer => new[] { layer.Qkv.PaddedOutFeatures, layer.Fc1.PaddedOutFeatures, layer.Fc2.PaddedInFeatures })
            .Append(PatchEmbedding.PaddedInFeatures)
            .Max();
        LogitStride = Heads[0].PaddedOutFeatures;
    }

    public ViTConfig Config { get; }

    public NumberFormat Element { get; }

    public DeviceLinear PatchEmbedding { get; }

    public IReadOnlyList<DeviceEncoderLayer> Layers { get; }

    public DeviceNorm Norm { get; }

    /// <summary>One head per prefix token.</summary>
    public IReadOnlyList<DeviceLinear> Heads { get; }

    /// <summary>[tokens]: what every image's tokens are before its patches are added.</summary>
    public DeviceRows StartTokens { get; }

    /// <summary>Elements of a row of the residual stream: the widest that a layer writes there.</summary>
    public int StreamStride { get; }

    /// <summary>Elements of a row of a norm's or attention's result: the widest that a layer reads there.</summary>
    public int NarrowStride { get; }

    /// <summary>Elements of a row of patches, of q, k and v, or of an MLP's hidden features.</summary>
    public int WideStride { get; }

    /// <summary>Elements of a row of logits.</summary>
    public int LogitStride { get; }

    public void Dispose() => _scope.Dispose();
}
