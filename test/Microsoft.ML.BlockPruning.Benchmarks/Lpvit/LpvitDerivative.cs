namespace Microsoft.ML.BlockPruning.Benchmarks.Lpvit;

/// <summary>The numeric derivative of LPViT's public code, with what it does at the ends and with odd steps.</summary>
/// <remarks>
/// <para>
/// At point i, with h_i = min(h, i, points − 1 − i):
/// <code>
/// h_i &lt; 2, i &lt; 2            (y[i+1] − y[i]) / (x[i+1] − x[i])
/// h_i &lt; 2, the last two      (y[i+1] − y[i−1]) / (x[i+1] − x[i−1])
/// otherwise                 (−y[i+h_i] + 8 y[i+⌊h_i/2⌋] − 8 y[i−⌊h_i/2⌋] + y[i−h_i]) / (6 (x[i+h_i] − x[i]))
/// </code>
/// The last is the five-point stencil only where h_i is even: at h_i = 3, 5, 7, 9 a straight line of slope one reads 0.556, 0.733, 0.81,
/// 0.852, which happens near both ends even if h is even. The last point of the curve has no slope.
/// </para>
/// Source: LPViT's <c>derivative_approx</c>. Cost: one pass.
/// </remarks>
internal static class LpvitDerivative
{
    /// <summary>Differentiates a curve over α = 0 … 1.</summary>
    /// <param name="curve">Values at equal steps of α.</param>
    /// <param name="step">h, at least 1.</param>
    /// <returns>One slope for every point but the last.</returns>
    public static double[] Of(double[] curve, int step)
    {
        int last = curve.Length - 1;
        double[] slopes = new double[last];
        for (int i = 0; i < last; i++)
        {
            int h = Math.Min(step, Math.Min(i, last - i));
            if (h < 2 && i < 2)
            {
                slopes[i] = (curve[i + 1] - curve[i]) * last;
            }
            else if (h < 2 && i >= last - 1)
            {
                slopes[i] = (curve[i + 1] - curve[i - 1]) * last / 2;
            }
            else
            {
                int half = h / 2;
                double stencil = -curve[i + h] + (8 * curve[i + half]) - (8 * curve[i - half]) + curve[i - h];
                slopes[i] = stencil * last / (6 * h);
            }
        }

        return slopes;
    }
}
