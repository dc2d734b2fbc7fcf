namespace Microsoft.ML.BlockPruning.Benchmarks.SingleBlocks;

/// <summary>Spearman's ρ: the correlation of the ranks; equal values share the mean of their ranks.</summary>
internal static class RankCorrelation
{
    public static double Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        double[] x = Ranks(first);
        double[] y = Ranks(second);
        double mean = (x.Length - 1) / 2.0;
        double covariance = x.Zip(y, (a, b) => (a - mean) * (b - mean)).Sum();
        return covariance / Math.Sqrt(x.Sum(a => (a - mean) * (a - mean)) * y.Sum(b => (b - mean) * (b - mean)));
    }

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        double[] ranks = new double[values.Count];
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        for (int first = 0, next; first < order.Length; first = next)
        {
            next = first + 1;
            while (next < order.Length && values[order[next]].Equals(values[order[first]]))
            {
                next++;
            }

            foreach (int i in order.AsSpan(first, next - first))
            {
                ranks[i] = (first + next - 1) / 2.0;
            }
        }

        return ranks;
    }
}
