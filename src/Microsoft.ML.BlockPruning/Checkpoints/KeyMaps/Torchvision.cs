namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>torchvision's names of the tensors of its VisionTransformer.</summary>
internal static class Torchvision
{
    private const string Layer = "encoder.layers.encoder_layer_{N}.";

    /// <summary>Since 0.12.</summary>
    public static KeyMap Map { get; } = Of("torchvision's names", "mlp.0", "mlp.3");

    /// <summary>Before.</summary>
    public static KeyMap Old { get; } = Of("the names of torchvision before 0.12", "mlp.linear_1", "mlp.linear_2");

    private static KeyMap Of(string whose, string fc1, string fc2) => new(
        $"a ViT classifier with {whose}",
        "class_token, conv_proj, encoder.pos_embedding, encoder.layers.encoder_layer_N.{ln_1, self_attention.in_proj, "
        + $"self_attention.out_proj, ln_2, {fc1}, {fc2}}}, encoder.ln, heads.head",
        [
            KeyRow.Keep("class_token", "cls_token"),
            KeyRow.Keep("conv_proj.{P}", "patch_embed.proj.{P}"),
            KeyRow.Keep("encoder.pos_embedding", "pos_embed"),
            KeyRow.Keep($"{Layer}ln_1.{{P}}", $"{Timm.Layer}norm1.{{P}}"),
            KeyRow.Keep($"{Layer}self_attention.in_proj_{{P}}", $"{Timm.Layer}attn.qkv.{{P}}"),
            KeyRow.Keep($"{Layer}self_attention.out_proj.{{P}}", $"{Timm.Layer}attn.proj.{{P}}"),
            KeyRow.Keep($"{Layer}ln_2.{{P}}", $"{Timm.Layer}norm2.{{P}}"),
            KeyRow.Keep($"{Layer}{fc1}.{{P}}", $"{Timm.Layer}mlp.fc1.{{P}}"),
            KeyRow.Keep($"{Layer}{fc2}.{{P}}", $"{Timm.Layer}mlp.fc2.{{P}}"),
            KeyRow.Keep("encoder.ln.{P}", "norm.{P}"),
            KeyRow.Keep("heads.head.{P}", "head.{P}"),
            KeyRow.Keep("heads.{P}", "head.{P}"), // the courses' model.heads = nn.Linear(…)
        ])
    { Style = NamingStyle.Torchvision };
}
