using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>Functions in double that .NET does not have.</summary>
internal static class ReferenceMath
{
    /// <summary>x Φ(x); NaN at minus infinity, as the formula gives.</summary>
    public static double Gelu(double x) => 0.5 * x * (1 + Erf(x / Math.Sqrt(2)));

    /// <summary>½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    public static double TanhGelu(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    /// <summary>x σ(1.702 x).</summary>
    public static double QuickGelu(double x) => x / (1 + Math.Exp(-1.702 * x));

    /// <summary>GELU in one of its forms.</summary>
    public static double Gelu(GeluForm form, double x) => form switch
    {
        GeluForm.Exact => Gelu(x),
        GeluForm.Tanh => TanhGelu(x),
        GeluForm.Quick => QuickGelu(x),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "has no formula"),
    };

    /// <summary>erf by its Taylor series to 6 (Abramowitz and Stegun 7.1.6, whose terms are all positive) and 1 beyond.</summary>
    public static double Erf(double x)
    {
        if (double.IsNaN(x) || Math.Abs(x) > 6)
        {
            return double.IsNaN(x) ? x : Math.Sign(x);
        }

        double term = x;
        double sum = x;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
