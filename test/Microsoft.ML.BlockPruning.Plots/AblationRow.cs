namespace Microsoft.ML.BlockPruning.Plots;

/// <summary>The fields of a row of <c>ablation.json</c> that are drawn.</summary>
internal sealed record AblationRow(
    string Network, string Method, double Keep, string Block, bool FineTuned, double Top1, double DenseTop1, int Images = 2_000);
