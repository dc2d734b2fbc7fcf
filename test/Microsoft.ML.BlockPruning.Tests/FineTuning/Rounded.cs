namespace Microsoft.ML.BlockPruning.Tests.FineTuning;

/// <summary>A value by exact arithmetic, and how far the same operations in float32 may be from it (a running error analysis).</summary>
/// <remarks>
/// Each operation passes on the errors of its operands by its own derivative and adds its rounding: IEEE 754 rounds +, · and / to the
/// nearest, by at most 2⁻²⁴ of the result. Higham, Accuracy and Stability of Numerical Algorithms, 3.3.
/// </remarks>
internal readonly record struct Rounded(double Value, double Error)
{
    // With room for the oracle's own roundings, which are 2⁻²⁹ of these.
    private const double Roundoff = 1.000001 / (1 << 24);

    public static implicit operator Rounded(float value) => new(value, 0);

    public static Rounded operator +(Rounded a, Rounded b) => Round(a.Value + b.Value, a.Error + b.Error);

    // |a'b' − ab| ≤ |a| δb + |b| δa + δa δb
    public static Rounded operator *(Rounded a, Rounded b) =>
        Round(a.Value * b.Value, (Math.Abs(a.Value) * b.Error) + (Math.Abs(b.Value) * a.Error) + (a.Error * b.Error));

    // |a'/b' − a/b| ≤ (δa + |a/b| δb) / (|b| − δb)
    public static Rounded operator /(Rounded a, Rounded b)
    {
        double quotient = a.Value / b.Value;
        return Round(quotient, (a.Error + (Math.Abs(quotient) * b.Error)) / (Math.Abs(b.Value) - b.Error));
    }

    /// <summary>A root that is one of the two floats beside the exact one: the vector libraries under libtorch promise no more.</summary>
    /// <remarks>|√a' − √a| = |a' − a| / (√a' + √a) ≤ δa / √a</remarks>
    public static Rounded FaithfulRoot(Rounded a)
    {
        double root = Math.Sqrt(a.Value);
        return Round(root, root == 0 ? Math.Sqrt(a.Error) : a.Error / root, roundoffs: 2);
    }

    public void AssertHolds(float result, string what) => Assert.AreEqual(Value, result, Error, what);

    private static Rounded Round(double value, double error, int roundoffs = 1) =>
        new(value, error + (roundoffs * Roundoff * (Math.Abs(value) + error)) + float.Epsilon);
}
