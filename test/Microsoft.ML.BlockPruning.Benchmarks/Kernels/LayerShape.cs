namespace Microsoft.ML.BlockPruning.Benchmarks.Kernels;

/// <summary>A prunable layer of DeiT at 224 pixels.</summary>
internal sealed record LayerShape(string Network, string Layer, int OutFeatures, int InFeatures)
{
    /// <summary>Tokens of one image: 14 x 14 patches and the class token.</summary>
    public const int Tokens = 197;

    public static IReadOnlyList<LayerShape> DeiT { get; } = [.. Of("DeiT-B", 768), .. Of("DeiT-S", 384)];

    public string Name => $"{Network} {Layer} {OutFeatures}x{InFeatures}";

    private static LayerShape[] Of(string network, int dim) =>
    [
        new(network, "qkv", 3 * dim, dim),
        new(network, "proj", dim, dim),
        new(network, "fc1", 4 * dim, dim),
        new(network, "fc2", dim, 4 * dim),
    ];
}
