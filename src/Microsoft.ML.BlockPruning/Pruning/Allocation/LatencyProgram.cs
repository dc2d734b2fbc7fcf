namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>One level for each layer, of the least loss within a time: the multiple-choice knapsack, by dynamic programming.</summary>
internal static class LatencyProgram
{
    private const int Buckets = 10_000;

    /// <summary>Solves.</summary>
    /// <param name="layers">The levels of each layer; at least one each.</param>
    /// <param name="milliseconds">Time to spend; at least the sum of the layers' least.</param>
    /// <returns>
    /// A level for each layer, whose times add up to at most <paramref name="milliseconds"/>. The loss is the least there is within
    /// that time less one ten-thousandth of it for each layer.
    /// </returns>
    public static LayerLevel[] Solve(IReadOnlyList<IReadOnlyList<LayerLevel>> layers, double milliseconds)
    {
        double bucket = milliseconds / Buckets;
        double[] best = new double[Buckets + 1];
        var picks = new List<int[]>(layers.Count);
        foreach (var levels in layers)
        {
            double[] next = new double[Buckets + 1];
            int[] pick = new int[Buckets + 1];
            Array.Fill(next, double.PositiveInfinity);
            for (int level = 0; level < levels.Count; level++)
            {
                int taken = BucketsOf(levels[level], bucket);
                for (int b = taken; b <= Buckets; b++)
                {
                    double loss = best[b - taken] + levels[level].Loss;
                    if (loss < next[b])
                    {
                        (next[b], pick[b]) = (loss, level);
                    }
                }
            }

            best = next;
            picks.Add(pick);
        }

        // The rounding up can leave no room; the fastest levels always fit.
        return double.IsPositiveInfinity(best[Buckets])
            ? [.. layers.Select(levels => levels.MinBy(level => level.Milliseconds))]
            : Trace(layers, picks, bucket);
    }

    private static LayerLevel[] Trace(IReadOnlyList<IReadOnlyList<LayerLevel>> layers, List<int[]> picks, double bucket)
    {
        var chosen = new LayerLevel[layers.Count];
        int left = Buckets;
        for (int layer = layers.Count - 1; layer >= 0; layer--)
        {
            chosen[layer] = layers[layer][picks[layer][left]];
            left -= BucketsOf(chosen[layer], bucket);
        }

        return chosen;
    }

    // Longer than all there is: more than any table has.
    private static int BucketsOf(LayerLevel level, double bucket) => (int)Math.Min(Math.Ceiling(level.Milliseconds / bucket), Buckets + 1);
}
