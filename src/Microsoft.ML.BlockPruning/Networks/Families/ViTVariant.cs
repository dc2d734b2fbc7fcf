namespace Microsoft.ML.BlockPruning.Networks.Families;

/// <summary>What networks made of a ViT's encoder layers have that <see cref="ViTConfig"/> does not say. Names are timm's.</summary>
internal sealed record ViTVariant
{
    /// <summary>What people call such networks.</summary>
    public string Family { get; init; } = ViT.Name;

    /// <summary>The tokens before the patches, in their order.</summary>
    public IReadOnlyList<string> PrefixTokens { get; init; } = [];

    /// <summary>Whether tokens are normed before the first layer (CLIP's).</summary>
    public bool HasStemNorm { get; init; }

    /// <summary>Whether all tokens are normed after the last layer.</summary>
    public bool HasNorm { get; init; } = true;

    /// <summary>Whether what a head has pooled is normed (timm's <c>fc_norm</c>).</summary>
    public bool HasPooledNorm { get; init; }

    /// <summary>The activation of the MLP.</summary>
    public GeluForm Activation { get; init; } = GeluForm.Exact;

    /// <summary>The heads by name, and what each of them reads.</summary>
    public IReadOnlyList<(string Name, PoolingSpec Pooling)> Heads { get; init; } = [];

    /// <summary>A ViT, or a DeiT with its distillation token and head.</summary>
    public static ViTVariant Of(ViTConfig config) => config.IsDistilled
        ? new()
        {
            PrefixTokens = ["cls_token", "dist_token"],
            Heads = [("head", new TokenPooling(0)), ("head_dist", new TokenPooling(1))],
        }
        : new() { PrefixTokens = ["cls_token"], Heads = [("head", new TokenPooling(0))] };
}
