namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>timm's names of the tensors of a ViT and its kin, also the canonical ones; facebookresearch's differ a little.</summary>
internal static class Timm
{
    /// <summary>What stands before a part of an encoder layer.</summary>
    public const string Layer = "blocks.{N}.";

    private const string Listed =
        "cls_token, pos_embed, patch_embed.proj, blocks.N.{norm1, attn.qkv, attn.proj, norm2, mlp.fc1, mlp.fc2}, norm, head and, "
        + "distilled, dist_token with head_dist";

    private static readonly KeyRow[] Common =
    [
        KeyRow.Keep("cls_token"),
        KeyRow.Keep("dist_token"),
        KeyRow.Keep("pos_embed"),
        KeyRow.Keep("patch_embed.proj.{P}"),
        KeyRow.Keep("norm_pre.{P}"),
        KeyRow.Keep($"{Layer}norm1.{{P}}"),
        KeyRow.Keep($"{Layer}attn.qkv.{{P}}"),
        KeyRow.Keep($"{Layer}attn.proj.{{P}}"),
        KeyRow.Keep($"{Layer}norm2.{{P}}"),
        KeyRow.Keep($"{Layer}mlp.fc1.{{P}}"),
        KeyRow.Keep($"{Layer}mlp.fc2.{{P}}"),
        KeyRow.Keep("norm.{P}"),
        KeyRow.Keep("fc_norm.{P}"),
        KeyRow.PassOver("mask_token"), // what stands for hidden patches in pretraining
        KeyRow.PassOver("pre_logits.fc.{P}"), // old ImageNet-21k files carry it, their heads do not read it
    ];

    private static readonly KeyRow[] Heads = [KeyRow.Keep("head.{P}"), KeyRow.Keep("head_dist.{P}")];

    /// <summary>timm's own.</summary>
    public static KeyMap Map { get; } = new(
        "a ViT or DeiT classifier with timm's names", Listed,
        [
            .. Common, .. Heads,
            KeyRow.Keep("reg_token"),
            KeyRow.Keep($"{Layer}ls1.gamma"),
            KeyRow.Keep($"{Layer}ls2.gamma"),
        ]);

    /// <summary>facebookresearch's DeiT III.</summary>
    public static KeyMap Facebook { get; } = new(
        "a ViT or DeiT classifier with facebookresearch's names", $"{Listed}, blocks.N.{{gamma_1, gamma_2}}",
        [
            .. Common, .. Heads,
            KeyRow.Keep("register_tokens", "reg_token"),
            KeyRow.Keep($"{Layer}gamma_1", $"{Layer}ls1.gamma"),
            KeyRow.Keep($"{Layer}gamma_2", $"{Layer}ls2.gamma"),
        ])
    { Style = NamingStyle.Facebook };

    /// <summary>facebookresearch's <c>dinov2_*_lc</c>: without <c>backbone.</c>, which was dropped as a prefix.</summary>
    public static KeyMap FacebookDinov2 { get; } = new(
        "a DINOv2 classifier with facebookresearch's names",
        Listed.Replace("norm, head and, distilled, dist_token with head_dist", "norm, linear_head", StringComparison.Ordinal),
        [
            .. Common,
            KeyRow.Keep("register_tokens", "reg_token"),
            KeyRow.Keep($"{Layer}ls1.gamma"),
            KeyRow.Keep($"{Layer}ls2.gamma"),
            KeyRow.Keep("linear_head.{P}", "head.{P}"),
        ])
    { Style = NamingStyle.FacebookDinov2 };
}
