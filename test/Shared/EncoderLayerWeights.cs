using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Tests.Networks;

/// <summary>One pre-norm encoder layer: x += proj(attention(qkv(norm1 x))), x += fc2(GELU(fc1(norm2 x))).</summary>
internal sealed class EncoderLayerWeights(NetworkWeights weights, LayerSpec layer)
{
    private readonly LinearWeights[] _linears = [.. layer.Linears.Select(linear => weights[linear])];

    public LayerNormWeights Norm1 { get; } = weights[layer.Steps[0].Norm];

    public LinearWeights Qkv => _linears[0];

    public LinearWeights Proj => _linears[1];

    public LayerNormWeights Norm2 { get; } = weights[layer.Steps[1].Norm];

    public LinearWeights Fc1 => _linears[2];

    public LinearWeights Fc2 => _linears[3];

    public IEnumerable<LinearWeights> Linears => _linears;
}
