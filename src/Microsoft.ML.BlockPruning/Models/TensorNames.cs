using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>timm's names of the tensors in a file, and PyTorch's of the parts of a block-sparse one.</summary>
internal static class TensorNames
{
    public const string ClassToken = "cls_token";
    public const string DistillationToken = "dist_token";
    public const string Position = "pos_embed";

    public static string Weight(string layer) => $"{layer}.weight";

    public static string Bias(string layer) => $"{layer}.bias";

    public static string CrowIndices(string weight) => $"{weight}.crow_indices";

    public static string ColIndices(string weight) => $"{weight}.col_indices";

    public static string Values(string weight) => $"{weight}.values";

    public static int[] PatchShape(ViTConfig config) => [config.EmbedDim, config.Channels, config.PatchSize, config.PatchSize];

    /// <summary>The heads' layers: one per prefix token.</summary>
    public static string[] Heads(ViTConfig config) => config.IsDistilled ? ["head", "head_dist"] : ["head"];
}
