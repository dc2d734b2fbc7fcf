namespace Microsoft.ML.BlockPruning.Models;

/// <summary>The names of a part's tensors in a file, and PyTorch's of the parts of a block-sparse one.</summary>
internal static class TensorNames
{
    public static string Weight(string layer) => $"{layer}.weight";

    public static string Bias(string layer) => $"{layer}.bias";

    public static string CrowIndices(string weight) => $"{weight}.crow_indices";

    public static string ColIndices(string weight) => $"{weight}.col_indices";

    public static string Values(string weight) => $"{weight}.values";
}
