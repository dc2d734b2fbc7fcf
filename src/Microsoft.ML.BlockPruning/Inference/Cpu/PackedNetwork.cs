using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>All weights of a network in the kernels' form, read by any number of forward passes at once.</summary>
internal sealed unsafe class PackedNetwork : IDisposable
{
    private readonly NativeBuffer _startTokens;

    /// <summary>Packs a network for a row of the list of kernels.</summary>
    public PackedNetwork(SparseViT network, LinearKernel kernel)
    {
        var config = network.Config;
        Config = config;
        Layout = new PanelLayout(config.Tokens);
        // The bias of the patches is part of the start tokens, so that prefix tokens do not get it.
        PatchEmbedding = Pack(network.Embedding.Patch, new float[config.EmbedDim], kernel);
        Layers = [.. network.Layers.Select(layer => new PackedEncoderLayer(layer, config.LayerNormEps, kernel))];
        Norm = new PackedNorm(network.Norm.Scale, network.Norm.Offset, config.LayerNormEps);
        Heads = [.. network.Heads.Select(head => Pack(head, head.Bias, kernel))];
        _startTokens = StartTokensOf(network, Layout);
    }

    public ViTConfig Config { get; }

    public PanelLayout Layout { get; }

    public PackedLinear PatchEmbedding { get; }

    public IReadOnlyList<PackedEncoderLayer> Layers { get; }

    public PackedNorm Norm { get; }

    /// <summary>One head per prefix token.</summary>
    public IReadOnlyList<PackedLinear> Heads { get; }

    /// <summary>Panels of [embedDim, lanes]: what every image's tokens are before its patches are added.</summary>
    public float* StartTokens => _startTokens.Floats;

    public void Dispose()
    {
        PatchEmbedding.Dispose();
        foreach (var layer in Layers)
        {
            layer.Dispose();
        }

        Norm.Dispose();
        foreach (var head in Heads)
        {
            head.Dispose();
        }

        _startTokens.Dispose();
    }

    private static PackedLinear Pack(LinearWeights layer, float[] bias, LinearKernel kernel) =>
        kernel.Pack(SparseLinear.FromDense(layer, mask: null).Weight, bias);

    private static NativeBuffer StartTokensOf(SparseViT network, PanelLayout layout)
    {
        int embedDim = network.Config.EmbedDim;
        nint size = layout.SizeOf(PanelLayout.PadFeatures(embedDim));
        var buffer = NativeBuffer.OfFloats(size);
        layout.Pack(network.Embedding.StartTokens(), embedDim, new Span<float>(buffer.Floats, (int)size));
        return buffer;
    }
}
