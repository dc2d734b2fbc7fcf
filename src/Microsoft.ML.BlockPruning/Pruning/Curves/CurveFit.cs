namespace Microsoft.ML.BlockPruning.Pruning.Curves;

/// <summary>The power law δ̂ = a · δ^p that takes a layer's predicted losses to its measured ones.</summary>
/// <param name="Scale">a; positive.</param>
/// <param name="Exponent">p; positive, so that the order of the predictions stays.</param>
/// <remarks>
/// Least squares in log δ and log δ̂. Measured losses are made monotone first (isotonic regression: pool adjacent violators, Ayer et al.,
/// 1955), since more blocks gone can only look better by the noise of few images. A prediction that is wrong by a constant factor, which is
/// what criteria of different layers differ by, comes out right whatever the factor: it goes into a.
/// </remarks>
internal readonly record struct CurveFit(double Scale, double Exponent)
{
    // From four points a slope outside of these says that one of them is noise.
    private const double LeastExponent = 0.25;
    private const double MostExponent = 4;
    private const double Least = 1e-12; // nats: below float32's rounding of the logits

    /// <summary>Fits.</summary>
    /// <param name="predicted">Predicted losses, rising; points of zero say nothing.</param>
    /// <param name="measured">Measured losses of the same points, nats per image.</param>
    /// <returns>The identity where no point has a positive prediction; p = 1 where only one has, or all have the same.</returns>
    public static CurveFit Of(ReadOnlySpan<double> predicted, ReadOnlySpan<double> measured)
    {
        double[] monotone = Isotonic(measured);
        var points = new List<(double X, double Y)>();
        for (int i = 0; i < predicted.Length; i++)
        {
            if (predicted[i] > 0)
            {
                points.Add((Math.Log(predicted[i]), Math.Log(Math.Max(monotone[i], Least))));
            }
        }

        if (points.Count == 0)
        {
            return new CurveFit(1, 1);
        }

        double meanX = points.Average(point => point.X);
        double meanY = points.Average(point => point.Y);
        double spread = points.Sum(point => (point.X - meanX) * (point.X - meanX));
        double slope = spread > 0 ? points.Sum(point => (point.X - meanX) * (point.Y - meanY)) / spread : 1;
        double exponent = Math.Clamp(slope, LeastExponent, MostExponent);
        return new CurveFit(Math.Exp(meanY - (exponent * meanX)), exponent);
    }

    /// <summary>δ̂ of a predicted loss.</summary>
    public double At(double predicted) => predicted > 0 ? Scale * Math.Pow(predicted, Exponent) : 0;

    /// <summary>The never-falling sequence of least squared distance.</summary>
    public static double[] Isotonic(ReadOnlySpan<double> values)
    {
        var pools = new List<(double Sum, int Count)>();
        foreach (double value in values)
        {
            pools.Add((value, 1));
            while (pools.Count > 1 && Mean(pools[^2]) > Mean(pools[^1]))
            {
                pools[^2] = (pools[^2].Sum + pools[^1].Sum, pools[^2].Count + pools[^1].Count);
                pools.RemoveAt(pools.Count - 1);
            }
        }

        return [.. pools.SelectMany(pool => Enumerable.Repeat(Mean(pool), pool.Count))];

        static double Mean((double Sum, int Count) pool) => pool.Sum / pool.Count;
    }
}
