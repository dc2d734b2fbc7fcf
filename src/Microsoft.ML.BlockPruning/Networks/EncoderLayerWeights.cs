using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>One pre-norm encoder layer: x += proj(attention(qkv(norm1 x))), x += fc2(GELU(fc1(norm2 x))).</summary>
public sealed class EncoderLayerWeights
{
    internal EncoderLayerWeights(ViTConfig config, int index)
    {
        LinearWeights[] linears =
        [
            .. LinearShape.OfEncoderLayer(config, index)
                .Select(shape => new LinearWeights(shape.Name, shape.OutFeatures, shape.InFeatures)),
        ];
        (Qkv, Proj, Fc1, Fc2) = (linears[0], linears[1], linears[2], linears[3]);
        Norm1 = new LayerNormWeights($"blocks.{index}.norm1", config.EmbedDim);
        Norm2 = new LayerNormWeights($"blocks.{index}.norm2", config.EmbedDim);
    }

    /// <summary>Before the attention.</summary>
    public LayerNormWeights Norm1 { get; }

    /// <summary>[3 · embedDim, embedDim]: rows of q, then k, then v; inside each, head after head.</summary>
    public LinearWeights Qkv { get; }

    /// <summary>[embedDim, embedDim]: the attention's output projection.</summary>
    public LinearWeights Proj { get; }

    /// <summary>Before the MLP.</summary>
    public LayerNormWeights Norm2 { get; }

    /// <summary>[mlpDim, embedDim]: the MLP's first layer; exact GELU follows.</summary>
    public LinearWeights Fc1 { get; }

    /// <summary>[embedDim, mlpDim]: the MLP's second layer.</summary>
    public LinearWeights Fc2 { get; }

    /// <summary>The prunable layers in forward order: qkv, proj, fc1, fc2.</summary>
    public IEnumerable<LinearWeights> Linears => [Qkv, Proj, Fc1, Fc2];
}
