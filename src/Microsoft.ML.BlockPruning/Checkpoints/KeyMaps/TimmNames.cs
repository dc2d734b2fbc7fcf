using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>Tells the tensor names of timm's ViT and DeiT classifiers from others, and guesses whose the others are.</summary>
internal static partial class TimmNames
{
    /// <summary>The names as messages list them.</summary>
    public const string Expected =
        "cls_token, pos_embed, patch_embed.proj, blocks.N.{norm1, attn.qkv, attn.proj, norm2, mlp.fc1, mlp.fc2}, norm, head and, "
        + "distilled, dist_token with head_dist";

    /// <summary>The first name that the network would not use; null where there is none.</summary>
    public static string? FirstForeign(IEnumerable<string> names, bool isDistilled) => names.FirstOrDefault(name =>
        !(Own().IsMatch(name) || Ignored().IsMatch(name)) || (!isDistilled && name.StartsWith("head_dist.", StringComparison.Ordinal)));

    /// <summary>What a foreign name hints at, in brackets; empty where it says nothing.</summary>
    public static string Guess(string name) => name switch
    {
        _ when name.EndsWith(".gamma", StringComparison.Ordinal) => " (LayerScale, as in DeiT III, is not supported)",
        _ when name.EndsWith("_indices", StringComparison.Ordinal) || name.EndsWith(".values", StringComparison.Ordinal) =>
            " (this looks like an already pruned, block-sparse network)",
        _ when name.StartsWith("layers.", StringComparison.Ordinal) => " (this looks like a Swin transformer)",
        _ when name.StartsWith("vit.", StringComparison.Ordinal) || name.StartsWith("deit.", StringComparison.Ordinal) =>
            " (these are Hugging Face's names; save the network with timm's)",
        _ when name.StartsWith("encoder.", StringComparison.Ordinal) || name is "class_token" =>
            " (these are torchvision's names; save the network with timm's)",
        _ when name.StartsWith("fc_norm.", StringComparison.Ordinal) => " (average pooling is not supported)",
        _ => string.Empty,
    };

    // The names of NetworkWeights.Tensors, for any depth.
    [GeneratedRegex(
        @"^(cls_token|dist_token|pos_embed|(patch_embed\.proj|norm|head|head_dist)\.(weight|bias)"
        + @"|blocks\.(0|[1-9][0-9]{0,3})\.(norm1|norm2|attn\.qkv|attn\.proj|mlp\.fc1|mlp\.fc2)\.(weight|bias))\z")]
    private static partial Regex Own();

    [GeneratedRegex(@"^pre_logits\.fc\.(weight|bias)\z")]
    private static partial Regex Ignored();
}
