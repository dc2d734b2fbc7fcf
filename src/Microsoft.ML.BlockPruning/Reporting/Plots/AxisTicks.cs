using System.Globalization;

namespace Microsoft.ML.BlockPruning.Reporting.Plots;

/// <summary>Where an axis has its marks: multiples of 1, 2 or 5 times a power of ten, as people count.</summary>
/// <param name="Values">From low to high, all within the range.</param>
/// <param name="Decimals">Digits behind the point that tell them apart.</param>
internal sealed record AxisTicks(IReadOnlyList<double> Values, int Decimals)
{
    private static readonly double[] Steps = [1, 2, 5, 10];

    /// <summary>Chooses the marks.</summary>
    /// <param name="low">Least value shown; finite.</param>
    /// <param name="high">Greatest value shown; above <paramref name="low"/>.</param>
    /// <param name="atMost">Most intervals between the marks that fit.</param>
    public static AxisTicks Of(double low, double high, int atMost)
    {
        double rough = (high - low) / atMost;
        int exponent = (int)Math.Floor(Math.Log10(rough));
        double unit = Math.Pow(10, exponent);
        double step = Steps.Select(factor => factor * unit).First(candidate => candidate >= rough * (1 - 1e-9));
        long first = (long)Math.Ceiling((low / step) - 1e-9);
        long last = (long)Math.Floor((high / step) + 1e-9);
        var values = new List<double>();
        for (long i = first; i <= last; i++)
        {
            values.Add(i * step);
        }

        return new AxisTicks(values, Math.Max(0, -(int)Math.Floor(Math.Log10(step) + 1e-9)));
    }

    /// <summary>A mark as text.</summary>
    public string TextOf(double value) => value.ToString($"F{Decimals}", CultureInfo.InvariantCulture);
}
