using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>What makes tokens of an image.</summary>
/// <param name="Patch">[embedDim, channels · patchSize · patchSize]: the patch convolution as a linear layer.</param>
/// <param name="ClassToken">[embedDim].</param>
/// <param name="DistillationToken">[embedDim]; null in a network without distillation.</param>
/// <param name="Position">[tokens, embedDim], prefix tokens first.</param>
internal sealed record SparseEmbedding(LinearWeights Patch, float[] ClassToken, float[]? DistillationToken, float[] Position)
{
    public IEnumerable<float[]> PrefixTokens => DistillationToken is null ? [ClassToken] : [ClassToken, DistillationToken];

    /// <summary>What every image's tokens are before its patches are added, [tokens, embedDim].</summary>
    /// <remarks>Prefix tokens: the token and its position. Patches: the convolution's bias and the position.</remarks>
    public float[] StartTokens()
    {
        int embedDim = ClassToken.Length;
        float[] rows = [.. Position];
        float[][] prefix = [.. PrefixTokens];
        for (int i = 0; i < rows.Length; i++)
        {
            int token = i / embedDim;
            rows[i] += token < prefix.Length ? prefix[token][i % embedDim] : Patch.Bias[i % embedDim];
        }

        return rows;
    }
}
