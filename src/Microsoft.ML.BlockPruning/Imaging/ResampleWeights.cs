namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>The fixed-point weights by which one axis of an image is resized, as Pillow's <c>Resample.c</c> has them.</summary>
/// <remarks>
/// Output pixel i, of those in the window, is Σₜ input[First[i] + t] · Taps[i · TapCount + t] / 2²². Pillow builds the weights in double,
/// normalises them to one, then rounds each half away from zero; the same order here makes the bytes the same.
/// </remarks>
internal sealed class ResampleWeights
{
    /// <summary>Pillow's PRECISION_BITS: 32 less 8 bits of pixel and 2 of overshoot.</summary>
    public const int PrecisionBits = 32 - 8 - 2;

    /// <summary>Weights for a window of the output.</summary>
    /// <param name="inputSize">Pixels of the axis before.</param>
    /// <param name="outputSize">Pixels of the axis after, the window and all.</param>
    /// <param name="windowStart">First output pixel wanted.</param>
    /// <param name="windowSize">Output pixels wanted.</param>
    /// <param name="interpolation">The filter.</param>
    public ResampleWeights(int inputSize, int outputSize, int windowStart, int windowSize, ImageInterpolation interpolation)
    {
        double scale = (double)inputSize / outputSize;
        double filterScale = Math.Max(scale, 1); // shrinking widens the filter: antialiasing
        double support = SupportOf(interpolation) * filterScale;
        TapCount = checked((int)TapsOf(inputSize, outputSize, interpolation));
        First = new int[windowSize];
        Count = new int[windowSize];
        Taps = new int[checked(windowSize * TapCount)];
        double[] weights = new double[TapCount];
        for (int i = 0; i < windowSize; i++)
        {
            double center = (windowStart + i + 0.5) * scale;
            int first = Math.Max((int)(center - support + 0.5), 0);
            int count = Math.Min((int)(center + support + 0.5), inputSize) - first;
            double sum = 0;
            for (int t = 0; t < count; t++)
            {
                weights[t] = Filter(interpolation, (t + first - center + 0.5) * (1 / filterScale));
                sum += weights[t];
            }

            for (int t = 0; t < count; t++)
            {
                double fixedPoint = weights[t] / sum * (1 << PrecisionBits);
                Taps[(i * TapCount) + t] = (int)(fixedPoint < 0 ? fixedPoint - 0.5 : fixedPoint + 0.5);
            }

            First[i] = first;
            Count[i] = count;
        }
    }

    /// <summary>Input pixels that an output pixel reads at most; known before memory is taken.</summary>
    /// <param name="inputSize">Pixels of the axis before.</param>
    /// <param name="outputSize">Pixels of the axis after.</param>
    /// <param name="interpolation">The filter.</param>
    public static long TapsOf(long inputSize, long outputSize, ImageInterpolation interpolation) =>
        ((long)Math.Ceiling(SupportOf(interpolation) * Math.Max((double)inputSize / outputSize, 1)) * 2) + 1;

    /// <summary>[window]: the first input pixel that an output pixel reads.</summary>
    public int[] First { get; }

    /// <summary>[window]: how many input pixels it reads, at most <see cref="TapCount"/>.</summary>
    public int[] Count { get; }

    /// <summary>[window, TapCount].</summary>
    public int[] Taps { get; }

    /// <summary>Row length of <see cref="Taps"/>.</summary>
    public int TapCount { get; }

    private static double SupportOf(ImageInterpolation interpolation) => interpolation == ImageInterpolation.Bilinear ? 1 : 2;

    private static double Filter(ImageInterpolation interpolation, double x)
    {
        const double A = -0.5; // Keys, "Cubic convolution interpolation for digital image processing", 1981
        x = Math.Abs(x);
        if (interpolation == ImageInterpolation.Bilinear)
        {
            return x < 1 ? 1 - x : 0;
        }

        return x < 1 ? ((((A + 2) * x) - (A + 3)) * x * x) + 1
            : x < 2 ? ((((x - 5) * x + 8) * x) - 4) * A
            : 0;
    }
}
