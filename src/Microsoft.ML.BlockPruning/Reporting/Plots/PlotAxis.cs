namespace Microsoft.ML.BlockPruning.Reporting.Plots;

/// <summary>One direction of a plot: values to pixels.</summary>
/// <param name="Low">Value at the near end.</param>
/// <param name="High">Value at the far end.</param>
/// <param name="Near">Pixel of <paramref name="Low"/>.</param>
/// <param name="Far">Pixel of <paramref name="High"/>.</param>
internal sealed record PlotAxis(double Low, double High, double Near, double Far)
{
    // So that no dot lies on the frame.
    private const double Margin = 0.08;

    /// <summary>An axis that shows all values; where they are all one, a range around it.</summary>
    /// <param name="values">At least one, all finite.</param>
    /// <param name="near">Pixel of the low end.</param>
    /// <param name="far">Pixel of the high end.</param>
    public static PlotAxis Over(IReadOnlyCollection<double> values, double near, double far)
    {
        double low = values.Min(), high = values.Max();
        double spread = high - low;
        double margin = spread > 1e-9 * Math.Abs(high) ? Margin * spread : Math.Max(Math.Abs(high) / 10, 1e-6);
        return new PlotAxis(low - margin, high + margin, near, far);
    }

    /// <summary>The pixel of a value.</summary>
    public double At(double value) => Near + ((value - Low) / (High - Low) * (Far - Near));

    /// <summary>The marks.</summary>
    /// <param name="atMost">Most intervals that fit.</param>
    public AxisTicks Ticks(int atMost) => AxisTicks.Of(Low, High, atMost);
}
