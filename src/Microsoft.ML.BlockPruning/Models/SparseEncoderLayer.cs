using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>One encoder layer: x += proj(attention(qkv(norm1 x))), x += fc2(GELU(fc1(norm2 x))).</summary>
internal sealed record SparseEncoderLayer(
    LayerNormWeights Norm1, SparseLinear Qkv, SparseLinear Proj, LayerNormWeights Norm2, SparseLinear Fc1, SparseLinear Fc2)
{
    public IEnumerable<LayerNormWeights> Norms => [Norm1, Norm2];

    /// <summary>The prunable layers in forward order.</summary>
    public IEnumerable<SparseLinear> Linears => [Qkv, Proj, Fc1, Fc2];
}
