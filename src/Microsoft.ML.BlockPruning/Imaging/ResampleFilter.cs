namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>The kernel of a filter, as Pillow's <c>Resample.c</c> has it.</summary>
/// <param name="Support">Pixels to each side beyond which it is zero, at scale one; 0 where one pixel is taken as it is.</param>
/// <param name="At">Its value at a distance in pixels.</param>
internal sealed record ResampleFilter(double Support, Func<double, double> At)
{
    private static readonly ResampleFilter[] All = // in the enum's order
    [
        new(1, Triangle), new(2, Cubic), new(0, static _ => 1), new(0.5, Box), new(1, Hamming), new(3, Lanczos),
    ];

    /// <summary>The kernel of an interpolation.</summary>
    public static ResampleFilter Of(ImageInterpolation interpolation) => All[(int)interpolation];

    private static double Triangle(double x) => Math.Max(1 - Math.Abs(x), 0);

    /// <summary>Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = −0.5.</summary>
    private static double Cubic(double x)
    {
        const double A = -0.5;
        x = Math.Abs(x);
        return x < 1 ? ((((A + 2) * x) - (A + 3)) * x * x) + 1
            : x < 2 ? ((((x - 5) * x + 8) * x) - 4) * A
            : 0;
    }

    // Half open, so that a pixel on the edge between two goes to one of them.
    private static double Box(double x) => x is > -0.5 and <= 0.5 ? 1 : 0;

    private static double Hamming(double x)
    {
        x = Math.Abs(x);
        return x >= 1 ? 0 : Sinc(x) * (0.54f + (0.46f * Math.Cos(x * Math.PI))); // Pillow's constants are floats
    }

    private static double Lanczos(double x) => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0;

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);
}
