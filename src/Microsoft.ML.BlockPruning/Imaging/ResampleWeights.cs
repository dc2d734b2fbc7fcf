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
        var filter = ResampleFilter.Of(interpolation);
        double support = filter.Support * filterScale;
        TapCount = checked((int)TapsOf(inputSize, outputSize, interpolation));
        First = new int[windowSize];
        Count = new int[windowSize];
        Taps = new int[checked(windowSize * TapCount)];
        if (interpolation == ImageInterpolation.Nearest)
        {
            TakePixels(inputSize, scale, windowStart);
            return;
        }

        double[] weights = new double[TapCount];
        for (int i = 0; i < windowSize; i++)
        {
            double center = (windowStart + i + 0.5) * scale;
            int first = Math.Max((int)(center - support + 0.5), 0);
            int count = Math.Min((int)(center + support + 0.5), inputSize) - first;
            double sum = 0;
            for (int t = 0; t < count; t++)
            {
                weights[t] = filter.At((t + first - center + 0.5) * (1 / filterScale));
                sum += weights[t];
            }

            for (int t = 0; t < count; t++)
            {
                double fixedPoint = (sum == 0 ? weights[t] : weights[t] / sum) * (1 << PrecisionBits);
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
        ((long)Math.Ceiling(ResampleFilter.Of(interpolation).Support * Math.Max((double)inputSize / outputSize, 1)) * 2) + 1;

    /// <summary>[window]: the first input pixel that an output pixel reads.</summary>
    public int[] First { get; }

    /// <summary>[window]: how many input pixels it reads, at most <see cref="TapCount"/>.</summary>
    public int[] Count { get; }

    /// <summary>[window, TapCount].</summary>
    public int[] Taps { get; }

    /// <summary>Row length of <see cref="Taps"/>.</summary>
    public int TapCount { get; }

    /// <summary>Pillow's <c>ImagingScaleAffine</c>: places are added up in double, from the first on, so that slips are the same.</summary>
    private void TakePixels(int inputSize, double scale, int windowStart)
    {
        double at = scale * 0.5;
        for (int i = 0; i < windowStart; i++)
        {
            at += scale;
        }

        for (int i = 0; i < First.Length; i++)
        {
            First[i] = Math.Min((int)at, inputSize - 1);
            Count[i] = 1;
            Taps[i] = 1 << PrecisionBits;
            at += scale;
        }
    }
}
