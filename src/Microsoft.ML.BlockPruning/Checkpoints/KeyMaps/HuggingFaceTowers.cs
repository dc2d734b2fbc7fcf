namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>Names of Hugging Face's classifiers on the image towers of SigLIP and CLIP.</summary>
internal static class HuggingFaceTowers
{
    private const string Tower = "vision_model.";
    private const string Embeddings = $"{Tower}embeddings.";

    private static readonly HuggingFace.Spelling Names = new(
        $"{Tower}encoder.layers.{{N}}.", "layer_norm1", "layer_norm2", ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
        "self_attn.out_proj", "mlp.fc1", "mlp.fc2");

    private static readonly KeyRow[] Common =
    [
        KeyRow.Keep($"{Embeddings}patch_embedding.{{P}}", "patch_embed.proj.{P}"),
        new(new("pos_embed"), [new($"{Embeddings}position_embedding.weight")], LeadingAxes.Instance),
        .. HuggingFace.LayerRows(Names.Layer, Names),
        KeyRow.Keep("classifier.{P}", "head.{P}"),
    ];

    /// <summary>SigLIP: no class token, a norm at the end; the tower's own pooling is passed over.</summary>
    public static KeyMap Siglip { get; } = new(
        "a SigLIP classifier with Hugging Face's names", Expected("post_layernorm"),
        [
            .. Common,
            KeyRow.Keep($"{Tower}post_layernorm.{{P}}", "norm.{P}"),
            KeyRow.PassOver($"{Tower}head.{{*}}"),
        ])
    { Style = NamingStyle.HuggingFaceSiglip };

    /// <summary>CLIP: a class token, a norm before the layers (spelt so); the one after them is of the tower's own pooling.</summary>
    public static KeyMap Clip { get; } = new(
        "a CLIP classifier with Hugging Face's names", Expected("pre_layrnorm"),
        [
            .. Common,
            new(new("cls_token"), [new($"{Embeddings}class_embedding")], LeadingAxes.Instance),
            KeyRow.Keep($"{Tower}pre_layrnorm.{{P}}", "norm_pre.{P}"),
            KeyRow.PassOver($"{Tower}post_layernorm.{{P}}"),
        ])
    { Style = NamingStyle.HuggingFaceClip };

    private static string Expected(string norm) =>
        $"{Embeddings}{{patch_embedding, position_embedding}}, {Tower}encoder.layers.N.{{layer_norm1, self_attn.q_proj, self_attn.k_proj, "
        + $"self_attn.v_proj, self_attn.out_proj, layer_norm2, mlp.fc1, mlp.fc2}}, {Tower}{norm}, classifier";
}
