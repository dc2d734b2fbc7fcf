namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>A LayerNorm over the features of a token: y = (x − mean) / √(variance + eps) · scale + offset.</summary>
/// <param name="Name">Its canonical (timm's) name without <c>.weight</c> or <c>.bias</c>.</param>
/// <param name="Features">Features of a token.</param>
/// <param name="Eps">Added to the variance.</param>
internal sealed record NormSpec(string Name, int Features, float Eps);
