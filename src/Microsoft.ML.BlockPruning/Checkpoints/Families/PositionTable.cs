namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>Positions of a square of patches, brought to another square: what a network does when its images change their size.</summary>
/// <remarks>
/// The rules are those of PyTorch's <c>interpolate(mode="bicubic", align_corners=False)</c>, with and without <c>antialias</c>, in
/// double arithmetic. An axis at a time: the filters are products of two.
/// </remarks>
internal static class PositionTable
{
    /// <summary>How many times the side may grow: more is no network's, and would let a small file ask for much memory.</summary>
    public const int MostGrowth = 16;

    /// <summary>Resamples the rows of the patches; those of prefix tokens stay as they are.</summary>
    /// <param name="rows">[prefixRows + oldSide², width], row-major; the patches in rows of the image.</param>
    /// <param name="prefixRows">Rows before the patches', 0 or more.</param>
    /// <param name="oldSide">Patches along a side of the image that the table is for.</param>
    /// <param name="newSide">Patches along a side of the image that it shall be for.</param>
    /// <param name="rule">Whose arithmetic.</param>
    /// <returns>[prefixRows + newSide², width]; the same numbers where the sides are one.</returns>
    /// <exception cref="ArgumentException">The rows are no such table.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive, or grows by more than <see cref="MostGrowth"/>.</exception>
    public static float[] Resample(ReadOnlySpan<float> rows, int prefixRows, int oldSide, int newSide, PositionResampling rule)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(prefixRows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(oldSide);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(newSide);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)newSide, (long)oldSide * MostGrowth, nameof(newSide));
        long oldRows = prefixRows + ((long)oldSide * oldSide);
        if (rows.IsEmpty || rows.Length % oldRows != 0)
        {
            throw new ArgumentException($"{rows.Length} values are no table of {oldRows} rows.", nameof(rows));
        }

        if (oldSide == newSide)
        {
            return rows.ToArray();
        }

        int width = (int)(rows.Length / oldRows), prefix = prefixRows * width;
        double[][] weights = [.. Enumerable.Range(0, newSide).Select(at => WeightsOf(at, oldSide, newSide, rule))];
        double[] across = new double[checked(oldSide * newSide * width)]; // [oldSide, newSide, width]
        for (int row = 0; row < oldSide; row++)
        {
            var from = rows.Slice(prefix + (row * oldSide * width), oldSide * width);
            for (int column = 0; column < newSide; column++)
            {
                AddWeighted(from, weights[column], across.AsSpan(((row * newSide) + column) * width, width));
            }
        }

        float[] table = new float[checked(prefix + (newSide * newSide * width))];
        rows[..prefix].CopyTo(table);
        double[] line = new double[newSide * width];
        for (int row = 0; row < newSide; row++)
        {
            Array.Clear(line);
            AddWeighted<double>(across, weights[row], line);
            var target = table.AsSpan(prefix + (row * line.Length), line.Length);
            for (int i = 0; i < line.Length; i++)
            {
                target[i] = (float)line[i];
            }
        }

        return table;
    }

    /// <summary>sum += Σₖ weights[k] · parts[k], each part as long as the sum.</summary>
    private static void AddWeighted<T>(ReadOnlySpan<T> parts, double[] weights, Span<double> sum)
        where T : struct, System.Numerics.INumberBase<T>
    {
        for (int k = 0; k < weights.Length; k++)
        {
            if (weights[k] != 0)
            {
                var part = parts.Slice(k * sum.Length, sum.Length);
                for (int i = 0; i < sum.Length; i++)
                {
                    sum[i] += weights[k] * double.CreateTruncating(part[i]);
                }
            }
        }
    }

    /// <summary>[oldSide] what each old row of an axis gives to a new one.</summary>
    private static double[] WeightsOf(int at, int oldSide, int newSide, PositionResampling rule)
    {
        double scale = rule == PositionResampling.Offset ? 1 / ((newSide + 0.1) / oldSide) : (double)oldSide / newSide;
        double center = scale * (at + 0.5);
        double[] weights = new double[oldSide];
        if (rule != PositionResampling.Antialiased)
        {
            int nearest = (int)Math.Floor(center - 0.5);
            for (int k = nearest - 1; k <= nearest + 2; k++)
            {
                weights[Math.Clamp(k, 0, oldSide - 1)] += Cubic(center - 0.5 - k, -0.75);
            }

            return weights;
        }

        double widening = Math.Max(scale, 1), support = 2 * widening, sum = 0;
        int first = Math.Max((int)(center - support + 0.5), 0), end = Math.Min((int)(center + support + 0.5), oldSide);
        for (int k = first; k < end; k++)
        {
            weights[k] = Cubic((k - center + 0.5) / widening, -0.5);
            sum += weights[k];
        }

        for (int k = first; k < end; k++)
        {
            weights[k] /= sum; // what the border cuts off goes to the others
        }

        return weights;
    }

    /// <summary>Keys, "Cubic convolution interpolation for digital image processing", 1981, eq. 4 with a free a.</summary>
    private static double Cubic(double x, double a)
    {
        x = Math.Abs(x);
        return x <= 1 ? ((((a + 2) * x) - (a + 3)) * x * x) + 1
            : x < 2 ? (((((x - 5) * x) + 8) * x) - 4) * a
            : 0;
    }
}
