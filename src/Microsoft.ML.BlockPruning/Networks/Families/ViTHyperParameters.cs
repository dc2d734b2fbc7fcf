namespace Microsoft.ML.BlockPruning.Networks.Families;

/// <summary>A <see cref="ViTConfig"/> as files spell it; nothing is checked yet.</summary>
internal sealed record ViTHyperParameters(
    int ImageSize, int PatchSize, int Channels, int EmbedDim, int Depth, int NumHeads, int MlpDim, int NumClasses, bool IsDistilled,
    float LayerNormEps)
{
    public static ViTHyperParameters Of(ViTConfig config) => new(
        config.ImageSize, config.PatchSize, config.Channels, config.EmbedDim, config.Depth, config.NumHeads, config.MlpDim,
        config.NumClasses, config.IsDistilled, config.LayerNormEps);

    /// <summary>The network.</summary>
    /// <param name="mostLayers">A network of more layers ends after so many: they are a claim, and a specification takes memory.</param>
    /// <exception cref="ArgumentException">The parts do not fit together.</exception>
    public NetworkSpec ToSpec(int mostLayers)
    {
        var config = ToConfig();
        return ViT.Of(Depth <= mostLayers ? config : (this with { Depth = mostLayers }).ToConfig());
    }

    private ViTConfig ToConfig() => new(
        ImageSize, PatchSize, Channels, EmbedDim, Depth, NumHeads, MlpDim, NumClasses, IsDistilled, LayerNormEps);
}
