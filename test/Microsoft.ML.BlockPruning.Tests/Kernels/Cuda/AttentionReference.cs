using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>softmax(q · kᵀ / sqrt(width)) · v in double, with how far the kernels may be from it.</summary>
internal sealed class AttentionReference(AttentionCase @case, float[] qkv, NumberFormat element)
{
    private readonly int _width = @case.Heads * @case.HeadWidth;

    /// <summary>One head of one row.</summary>
    /// <remarks>
    /// A score is off by (width + 4) u Σ|q k| and, as a power of two, its distance from the largest by two roundings more: a weight p is
    /// off by a factor e^(2δ), 2^-22 of exp2, and its own rounding to the type, 2^-11 or 2^-8 (in f16 at least 2^-25, below its normal
    /// numbers). The weights' sum is off by the same factors; sums of n terms by n u of the sum of sizes.
    /// </remarks>
    public Interval[] Expect(int row, int head)
    {
        int tokens = @case.Tokens;
        int first = row / tokens * tokens;
        double[] scores = new double[tokens];
        double scoreError = 0;
        for (int key = 0; key < tokens; key++)
        {
            double size = 0;
            for (int i = 0; i < @case.HeadWidth; i++)
            {
                double product = (double)At(row, head, 0, i) * At(first + key, head, 1, i);
                scores[key] += product / Math.Sqrt(@case.HeadWidth);
                size += Math.Abs(product) / Math.Sqrt(@case.HeadWidth);
            }

            scoreError = Math.Max(scoreError, (@case.HeadWidth + 4) * Interval.Roundoff * size);
        }

        double highest = scores.Max();
        double spread = highest - scores.Min();
        double[] weights = [.. scores.Select(score => Math.Exp(score - highest))];
        double total = weights.Sum();
        double typeRoundoff = element == NumberFormat.Float32 ? 0 : Math.ScaleB(1, element == NumberFormat.Float16 ? -11 : -8);
        double smallest = element == NumberFormat.Float16 ? Math.ScaleB(1, -25) : 0;
        double relative = Math.Exp((2 * scoreError) + (4 * Interval.Roundoff * spread)) - 1 + (4 * Interval.Roundoff);
        double sums = (tokens + 8) * Interval.Roundoff;
        return [.. Enumerable.Range(0, @case.HeadWidth).Select(i =>
        {
            double value = 0;
            double size = 0;
            double sizeOfV = 0;
            for (int key = 0; key < tokens; key++)
            {
                double v = At(first + key, head, 2, i);
                value += weights[key] * v / total;
                size += weights[key] * Math.Abs(v) / total;
                sizeOfV += Math.Abs(v);
            }

            double error = (size * (typeRoundoff + (2 * relative) + (2 * sums))) + (smallest * sizeOfV / total);
            return new Interval(value, error);
        })];
    }

    private float At(int row, int head, int part, int i) => qkv[(row * 3 * _width) + (part * _width) + (head * @case.HeadWidth) + i];
}
