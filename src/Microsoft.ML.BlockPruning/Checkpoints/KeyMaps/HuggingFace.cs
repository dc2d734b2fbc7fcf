namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>
/// Names of Hugging Face's transformers. Version 5 has others in memory than on disk, where <c>save_pretrained</c> writes those of
/// version 4; <c>torch.save(model.state_dict())</c> writes what is in memory.
/// </summary>
internal static class HuggingFace
{
    private static readonly Spelling ViT4 = new(
        "encoder.layer.{N}.", "layernorm_before", "layernorm_after",
        ["attention.attention.query", "attention.attention.key", "attention.attention.value"], "attention.output.dense",
        "intermediate.dense", "output.dense");

    private static readonly Spelling ViT5 = new(
        "layers.{N}.", "layernorm_before", "layernorm_after",
        ["attention.q_proj", "attention.k_proj", "attention.v_proj"], "attention.o_proj", "mlp.fc1", "mlp.fc2");

    private static readonly Spelling Dinov2Of4 = ViT4 with { Norm1 = "norm1", Norm2 = "norm2", Fc1 = "mlp.fc1", Fc2 = "mlp.fc2" };

    private static readonly Spelling Dinov2Of5 = ViT5 with { Layer = "encoder.layer.{N}.", Norm1 = "norm1", Norm2 = "norm2" };

    /// <summary>ViT, DeiT and DINOv2, each in the names of both versions.</summary>
    public static IReadOnlyList<KeyMap> Maps { get; } =
    [
        Of("vit", "ViT", 4, ViT4, NamingStyle.HuggingFace),
        Of("vit", "ViT", 5, ViT5, NamingStyle.HuggingFace),
        Of("deit", "DeiT", 4, ViT4, NamingStyle.HuggingFace),
        Of("deit", "DeiT", 5, ViT5, NamingStyle.HuggingFace),
        Of("dinov2", "DINOv2", 4, Dinov2Of4, NamingStyle.HuggingFaceDinov2),
        Of("dinov2", "DINOv2", 5, Dinov2Of5, NamingStyle.HuggingFaceDinov2),
        Of("dinov2_with_registers", "DINOv2", 4, Dinov2Of4, NamingStyle.HuggingFaceDinov2WithRegisters),
        Of("dinov2_with_registers", "DINOv2", 5, Dinov2Of5, NamingStyle.HuggingFaceDinov2WithRegisters),
    ];

    private static KeyMap Of(string model, string network, int version, Spelling names, NamingStyle style)
    {
        string layer = $"{model}.{names.Layer}", embeddings = $"{model}.embeddings.";
        return new KeyMap(
            $"a {network} classifier with Hugging Face's names (transformers {version})",
            $"{embeddings}{{cls_token, position_embeddings, patch_embeddings.projection}}, "
            + $"{layer.Replace("{N}", "N", StringComparison.Ordinal)}{{{names.Norm1}, {string.Join(", ", names.Attention)}, "
            + $"{names.Out}, {names.Norm2}, {names.Fc1}, {names.Fc2}}}, "
            + $"{model}.layernorm, classifier",
            [
                KeyRow.Keep($"{embeddings}cls_token", "cls_token"),
                KeyRow.Keep($"{embeddings}distillation_token", "dist_token"),
                KeyRow.Keep($"{embeddings}register_tokens", "reg_token"),
                KeyRow.Keep($"{embeddings}position_embeddings", "pos_embed"),
                KeyRow.PassOver($"{embeddings}mask_token"),
                KeyRow.Keep($"{embeddings}patch_embeddings.projection.{{P}}", "patch_embed.proj.{P}"),
                .. LayerRows(layer, names),
                KeyRow.Keep($"{layer}layer_scale1.lambda1", $"{Timm.Layer}ls1.gamma"),
                KeyRow.Keep($"{layer}layer_scale2.lambda1", $"{Timm.Layer}ls2.gamma"),
                KeyRow.Keep($"{model}.layernorm.{{P}}", "norm.{P}"),
                KeyRow.PassOver($"{model}.pooler.{{*}}"),
                KeyRow.Keep("classifier.{P}", "head.{P}"),
                KeyRow.Keep("cls_classifier.{P}", "head.{P}"), // DeiT with its teacher's head
                KeyRow.Keep("distillation_classifier.{P}", "head_dist.{P}"),
            ])
        { Style = style };
    }

    /// <summary>The rows of an encoder layer whose query, key and value are apart.</summary>
    internal static IEnumerable<KeyRow> LayerRows(string layer, Spelling names) =>
    [
        KeyRow.Keep($"{layer}{names.Norm1}.{{P}}", $"{Timm.Layer}norm1.{{P}}"),
        new(
            new($"{Timm.Layer}attn.qkv.{{P}}"), [.. names.Attention.Select(part => new KeyPattern($"{layer}{part}.{{P}}"))],
            StackedRows.Instance),
        KeyRow.Keep($"{layer}{names.Out}.{{P}}", $"{Timm.Layer}attn.proj.{{P}}"),
        KeyRow.Keep($"{layer}{names.Norm2}.{{P}}", $"{Timm.Layer}norm2.{{P}}"),
        KeyRow.Keep($"{layer}{names.Fc1}.{{P}}", $"{Timm.Layer}mlp.fc1.{{P}}"),
        KeyRow.Keep($"{layer}{names.Fc2}.{{P}}", $"{Timm.Layer}mlp.fc2.{{P}}"),
    ];

    /// <summary>What the parts of an encoder layer are called.</summary>
    /// <param name="Layer">What stands before them, with <c>{N}</c> and the dot.</param>
    /// <param name="Norm1">Before attention.</param>
    /// <param name="Norm2">Before the MLP.</param>
    /// <param name="Attention">Query, key and value.</param>
    /// <param name="Out">After attention.</param>
    /// <param name="Fc1">Of the MLP.</param>
    /// <param name="Fc2">Of the MLP.</param>
    internal sealed record Spelling(
        string Layer, string Norm1, string Norm2, IReadOnlyList<string> Attention, string Out, string Fc1, string Fc2);
}
