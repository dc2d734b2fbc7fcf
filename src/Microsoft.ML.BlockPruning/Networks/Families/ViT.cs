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
        return Of(config, ViTVariant.Of(config));
    }

    /// <summary>A network of a ViT's encoder layers with other ends.</summary>
    /// <param name="config">The hyper-parameters; whether it is distilled does not count.</param>
    /// <param name="variant">The rest.</param>
    internal static NetworkSpec Of(ViTConfig config, ViTVariant variant)
    {
        int width = config.EmbedDim, patches = config.GridSize * config.GridSize, tokens = patches + variant.PrefixTokens.Count;
        NormSpec Norm(string name) => new(name, width, config.LayerNormEps);
        return new NetworkSpec(
            variant.Family, config.ImageSize, config.Channels,
            new StemSpec(
                config.PatchSize, new LinearSpec("patch_embed.proj", width, config.PatchDim, patches), variant.PrefixTokens, "pos_embed",
                variant.HasStemNorm ? Norm("norm_pre") : null),
            [.. Enumerable.Range(0, config.Depth).SelectMany(index => EncoderLayer(config, index, tokens, variant.Activation))],
            variant.HasNorm ? Norm("norm") : null,
            [.. variant.Heads.Select(head => new HeadSpec(
                head.Pooling, new LinearSpec(head.Name, config.NumClasses, width, 1), variant.HasPooledNorm ? Norm("fc_norm") : null))]);
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
    private static StepSpec[] EncoderLayer(ViTConfig config, int index, int tokens, GeluForm activation)
    {
        int width = config.EmbedDim;
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
                new GeluSpec(activation),
                new LinearSpec($"{layer}.mlp.fc2", width, config.MlpDim, tokens)),
        ];
    }
}
