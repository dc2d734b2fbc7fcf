namespace Microsoft.ML.BlockPruning.Optimization;

/// <summary>Learning rate of each step: linear warm-up to the peak, then half a cosine to zero.</summary>
/// <remarks>Loshchilov &amp; Hutter, ICLR 2017, eq. 5, one period.</remarks>
internal sealed class CosineSchedule(double peak, double warmupFraction, int totalSteps)
{
    /// <summary>The rate of a step.</summary>
    /// <param name="step">From 0 to totalSteps − 1.</param>
    /// <returns>peak · (step + 1) / warm-up within the warm-up; then peak · (1 + cos π t) / 2, t from 0 up to, but not, 1.</returns>
    public double RateOf(int step)
    {
        double warmup = Math.Floor(warmupFraction * totalSteps);
        return step < warmup
            ? peak * (step + 1) / warmup
            : 0.5 * peak * (1 + Math.Cos(Math.PI * (step - warmup) / (totalSteps - warmup)));
    }
}
