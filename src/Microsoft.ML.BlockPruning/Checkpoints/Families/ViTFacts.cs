namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>What a <c>config.json</c> may say of a ViT, and what the tensors say.</summary>
internal static class ViTFacts
{
    // Per key what the tensors say, as whole numbers. A single number may stand for both sides.
    private static readonly Dictionary<string, Func<ViTFigures, int[]>> Numbers = new(StringComparer.Ordinal)
    {
        ["num_classes"] = its => [its.Config.NumClasses],
        ["num_labels"] = its => [its.Config.NumClasses],
        ["embed_dim"] = its => [its.Config.EmbedDim],
        ["hidden_size"] = its => [its.Config.EmbedDim],
        ["depth"] = its => [its.Config.Depth],
        ["num_hidden_layers"] = its => [its.Config.Depth],
        ["num_heads"] = its => [its.Config.NumHeads],
        ["num_attention_heads"] = its => [its.Config.NumHeads],
        ["intermediate_size"] = its => [its.Config.MlpDim],
        ["in_chans"] = its => [its.Config.Channels],
        ["num_channels"] = its => [its.Config.Channels],
        ["patch_size"] = its => [its.Config.PatchSize, its.Config.PatchSize],
        ["img_size"] = its => [its.TableSize, its.TableSize],
        ["image_size"] = its => [its.TableSize, its.TableSize],
        ["input_size"] = its => [its.Config.Channels, its.TableSize, its.TableSize],
        ["mlp_ratio"] = its => [its.Config.MlpDim],
        ["reg_tokens"] = its => [its.Parts.Registers],
        ["num_register_tokens"] = its => [its.Parts.Registers],
    };

    // Per key whether the tensors have what it says; null where they cannot tell.
    private static readonly Dictionary<string, Func<ViTFigures, bool?>> Parts = new(StringComparer.Ordinal)
    {
        ["distilled"] = its => its.Parts.HasDistillationToken,
        ["class_token"] = its => its.Parts.HasClassToken,
        ["qkv_bias"] = its => its.Parts.HasQkvBias,
        ["no_embed_class"] = its => its.Parts.PrefixTokens.Count == 0 ? null : its.Positions.Covered == 0,
        ["pre_norm"] = its => its.Parts.HasStemNorm,
        ["fc_norm"] = its => its.Parts.HasPooledNorm,
        ["final_norm"] = its => its.Parts.HasNorm || its.Parts.HasPooledNorm,
        ["init_values"] = its => its.Parts.HasLayerScale,
        ["layerscale_value"] = its => its.Parts.HasLayerScale,
        ["layer_scale_init_value"] = its => its.Parts.HasLayerScale,
    };

    /// <summary>Both.</summary>
    public static FactTable<ViTFigures> Table { get; } = new(Numbers, Parts, its => its.Config.EmbedDim);
}
