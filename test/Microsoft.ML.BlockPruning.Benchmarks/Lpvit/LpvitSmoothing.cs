namespace Microsoft.ML.BlockPruning.Benchmarks.Lpvit;

/// <summary>Exponential moving average along a curve, without the bias towards the start at zero.</summary>
/// <remarks>
/// last ← w · last + (1 − w) · x_n, out_n = last / (1 − wⁿ), n from 1. Source: LPViT's <c>smooth</c>, after TensorBoard's line chart.
/// It lags: with w = 0.9 the end of α⁴ reads 0.725. Cost: one pass.
/// </remarks>
internal static class LpvitSmoothing
{
    /// <summary>Smooths.</summary>
    /// <param name="curve">Not changed.</param>
    /// <param name="weight">Of the past, in [0, 1).</param>
    public static double[] Smooth(double[] curve, double weight)
    {
        double[] smoothed = new double[curve.Length];
        double last = 0;
        double past = 1;
        for (int n = 0; n < curve.Length; n++)
        {
            last = (weight * last) + ((1 - weight) * curve[n]);
            past *= weight;
            smoothed[n] = last / (1 - past);
        }

        return smoothed;
    }
}
