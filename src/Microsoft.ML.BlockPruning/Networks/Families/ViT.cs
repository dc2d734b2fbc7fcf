namespace Microsoft.ML.BlockPruning.Networks.Families;

/// <summary>ViT and DeiT (Dosovitskiy et al., ICLR 2021; Touvron et al., ICML 2021) as a specification. Names are timm's.</summary>
public static class ViT
{
    internal const string Name = "vit";

    /// <summary>The network that hyper-parameters describe.</summary>
    /// <param name="config">The hyper-parameters.</param>
    /// <returns>Its specification.</returns>
    public static NetworkSpec Of(ViTConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        int width = config.EmbedDim, patches = config.GridSize * config.GridSize;
        string[] prefix = config.IsDistilled ? ["cls_token", "dist_token"] : ["cls_token"];
        string[] heads = config.IsDistilled ? ["head", "head_dist"] : ["head"];
        return new NetworkSpec(
            Name, config.ImageSize, config.Channels,
            new StemSpec(config.PatchSize, new LinearSpec("patch_embed.proj", width, config.PatchDim, patches), prefix, "pos_embed"),
            [.. Enumerable.Range(0, config.Depth).SelectMany(index => EncoderLayer(config, index))],
            new NormSpec("norm", width, config.LayerNormEps),
            [.. heads.Select((head, token) => new HeadSpec(new TokenPooling(token), new LinearSpec(head, config.NumClasses, width, 1)))]);
    }

    /// <summary>The hyper-parameters behind a specification; null where it is none of this family.</summary>
    internal static ViTConfig? TryConfigOf(NetworkSpec spec)
    {
        int width = spec.Stem.Patch.OutFeatures;
        if (spec.Family != Name || spec.Norm is null
            || spec.Steps is not [BranchSpec { Middle: AttentionSpec attention } mix, BranchSpec mlp, ..]
            || mix.First.OutFeatures != 3L * width || width % attention.Heads != 0)
        {
            return null;
        }

        var config = new ViTConfig(
            spec.ImageSize, spec.Stem.PatchSize, spec.Channels, width, spec.Layers.Count, attention.Heads,
            mlp.First.OutFeatures, spec.NumClasses, spec.Stem.PrefixTokens.Count == 2, spec.Norm.Eps);
        return Of(config).HasSameParts(spec) ? config : null;
    }

    /// <summary>One encoder layer: x += proj(attention(qkv(norm1 x))), x += fc2(GELU(fc1(norm2 x))).</summary>
    internal static StepSpec[] EncoderLayer(ViTConfig config, int index)
    {
        int width = config.EmbedDim, tokens = config.Tokens;
        string layer = $"blocks.{index}";
        return
        [
            new BranchSpec(
                layer,
                new NormSpec($"{layer}.norm1", width, config.LayerNormEps),
                new LinearSpec($"{layer}.attn.qkv", 3 * width, width, tokens, RowGroups: 3),
                new AttentionSpec(config.NumHeads, config.HeadDim),
                new LinearSpec($"{layer}.attn.proj", width, width, tokens)),
            new BranchSpec(
                layer,
                new NormSpec($"{layer}.norm2", width, config.LayerNormEps),
                new LinearSpec($"{layer}.mlp.fc1", config.MlpDim, width, tokens),
                new GeluSpec(),
                new LinearSpec($"{layer}.mlp.fc2", width, config.MlpDim, tokens)),
        ];
    }
}
