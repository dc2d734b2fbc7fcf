namespace SampleKit;

/// <summary>Milliseconds per image.</summary>
/// <param name="MedianMs">Median of the samples.</param>
/// <param name="LowMs">10th percentile.</param>
/// <param name="HighMs">90th percentile.</param>
/// <param name="Samples">How many runs were timed.</param>
internal sealed record Latency(double MedianMs, double LowMs, double HighMs, int Samples)
{
    public static Latency Of(IReadOnlyCollection<double> samples)
    {
        double[] sorted = [.. samples.Order()];
        return new Latency(Quantile(sorted, 0.5), Quantile(sorted, 0.1), Quantile(sorted, 0.9), sorted.Length);
    }

    // Linear between the two nearest ranks.
    private static double Quantile(double[] sorted, double fraction)
    {
        double rank = fraction * (sorted.Length - 1);
        int below = (int)rank;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((rank - below) * (sorted[above] - sorted[below]));
    }
}
