using System.Text.Json.Serialization;

namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>A linear layer y = x Wᵀ + b without its numbers.</summary>
/// <param name="Name">Its canonical (timm's) name without <c>.weight</c> or <c>.bias</c>.</param>
/// <param name="OutFeatures">Rows of the weight.</param>
/// <param name="InFeatures">Columns of the weight.</param>
/// <param name="Tokens">Tokens of one image that meet the weight.</param>
/// <param name="RowGroups">
/// Equal parts of the rows whose gradients live on different scales: three where q, k and v are fused, else one.
/// </param>
internal sealed record LinearSpec(string Name, int OutFeatures, int InFeatures, int Tokens, int RowGroups = 1)
{
    /// <summary>Weights of the layer, without the bias.</summary>
    [JsonIgnore]
    public long Elements => (long)OutFeatures * InFeatures;
}
