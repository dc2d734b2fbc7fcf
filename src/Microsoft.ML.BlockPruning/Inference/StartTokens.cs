using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML.BlockPruning.Inference;

/// <summary>What every image's tokens are before its patches are added.</summary>
/// <remarks>Prefix tokens: the token and its position. Patches: the convolution's bias and the position.</remarks>
internal static class StartTokens
{
    /// <returns>[tokens, features], row-major.</returns>
    public static float[] Of(SparseViT network)
    {
        var stem = network.Spec.Stem;
        int features = stem.Patch.OutFeatures;
        float[] rows = stem.Position is { } position
            ? [.. network.Weights[position]]
            : new float[network.Spec.Tokens * features];
        float[] bias = network.Weights.Dense(stem.Patch).Bias;
        float[][] prefix = [.. stem.PrefixTokens.Select(name => network.Weights[name])];
        for (int i = 0; i < rows.Length; i++)
        {
            int token = i / features;
            rows[i] += (token < prefix.Length ? prefix[token] : bias)[i % features];
        }

        return rows;
    }
}
