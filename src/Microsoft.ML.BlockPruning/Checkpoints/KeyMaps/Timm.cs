namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>timm's names of a ViT's or DeiT's tensors, which are also the canonical ones; facebookresearch's DeiT has the same.</summary>
internal static class Timm
{
    /// <summary>The rows.</summary>
    public static KeyMap Map { get; } = new(
        "a ViT or DeiT classifier with timm's names",
        "cls_token, pos_embed, patch_embed.proj, blocks.N.{norm1, attn.qkv, attn.proj, norm2, mlp.fc1, mlp.fc2}, norm, head and, "
        + "distilled, dist_token with head_dist",
        [
            KeyRow.Keep("cls_token"),
            KeyRow.Keep("dist_token"),
            KeyRow.Keep("pos_embed"),
            KeyRow.Keep("patch_embed.proj.{P}"),
            KeyRow.Keep("blocks.{N}.norm1.{P}"),
            KeyRow.Keep("blocks.{N}.attn.qkv.{P}"),
            KeyRow.Keep("blocks.{N}.attn.proj.{P}"),
            KeyRow.Keep("blocks.{N}.norm2.{P}"),
            KeyRow.Keep("blocks.{N}.mlp.fc1.{P}"),
            KeyRow.Keep("blocks.{N}.mlp.fc2.{P}"),
            KeyRow.Keep("norm.{P}"),
            KeyRow.Keep("head.{P}"),
            KeyRow.Keep("head_dist.{P}"),
            KeyRow.PassOver("pre_logits.fc.{P}"), // old ImageNet-21k files carry it, their heads do not read it
        ]);
}
