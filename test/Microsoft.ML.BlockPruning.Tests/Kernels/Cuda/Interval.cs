using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>The exact value, and how far float32 arithmetic may be from it before the result is rounded to its type.</summary>
/// <remarks>Rounding keeps order, so the result lies between the rounded ends: that needs no allowance for the type's precision.</remarks>
internal readonly record struct Interval(double Value, double Error)
{
    /// <summary>Twice the unit roundoff of float32: hardware may cut where IEEE rounds, as tensor cores do inside a sum.</summary>
    public const double Roundoff = 1.0 / (1 << 23);

    public bool Holds(float result, NumberFormat element) => double.IsNaN(Value)
        ? float.IsNaN(result)
        : double.IsInfinity(Value) ? result == Value : result >= Round(Value - Error, element) && result <= Round(Value + Error, element);

    private static float Round(double value, NumberFormat element) => element switch
    {
        NumberFormat.Float16 => HalfPrecision.WidenF16(HalfPrecision.NarrowF16((float)value)),
        NumberFormat.BFloat16 => HalfPrecision.WidenBF16(HalfPrecision.NarrowBF16((float)value)),
        _ => (float)value,
    };
}
