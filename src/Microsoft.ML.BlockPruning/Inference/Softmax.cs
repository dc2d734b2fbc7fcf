using System.Numerics.Tensors;

namespace Microsoft.ML.BlockPruning.Inference;

/// <summary>Probabilities out of logits: exp(x − max) / Σ exp(x − max).</summary>
/// <remarks>
/// In float64, rounded once: each is within half a unit in the last place of float32 of the true one, so that they sum to 1 within
/// 2⁻²⁴ (6e-8). No logit overflows, however large; those far below the greatest become 0.
/// </remarks>
internal static class Softmax
{
    /// <summary>Computes; two exponentials a class, nothing is allocated.</summary>
    /// <param name="logits">One for each class.</param>
    /// <param name="probabilities">As many, overwritten.</param>
    public static void Of(ReadOnlySpan<float> logits, Span<float> probabilities)
    {
        double max = TensorPrimitives.Max(logits), sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp(logit - max);
        }

        for (int i = 0; i < logits.Length; i++)
        {
            probabilities[i] = (float)(Math.Exp(logits[i] - max) / sum);
        }
    }
}
