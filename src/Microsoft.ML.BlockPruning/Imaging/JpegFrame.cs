namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>What a JPEG file's frame header says of the memory that decoding takes.</summary>
/// <param name="IsProgressive">Whether its scans refine each other.</param>
/// <param name="Components">Kinds of samples: 1 is grey, 3 are colours, 4 are CMYK.</param>
/// <param name="SamplesPerPixel">By the sampling factors: 3 where colours are whole, 1.5 where they have half the width and height.</param>
internal readonly record struct JpegFrame(bool IsProgressive, int Components, double SamplesPerPixel)
{
    private const int Sampling = 9; // after length, precision, height, width, count, the first component's name
    private const int Stride = 3;
    private const int BytesPerCoefficient = 2;

    /// <summary>Reads.</summary>
    /// <param name="marker">Of the frame: SOF0 to SOF15.</param>
    /// <param name="segment">From the segment's length on, at least seven bytes of it.</param>
    public static JpegFrame Read(byte marker, ReadOnlySpan<byte> segment)
    {
        int components = segment.Length > 7 ? segment[7] : 0;
        int samples = 0, widest = 1, highest = 1;
        for (int i = 0; i < components && Sampling + (i * Stride) < segment.Length; i++)
        {
            byte factors = segment[Sampling + (i * Stride)];
            var (across, down) = (factors >> 4, factors & 15);
            samples += across * down;
            (widest, highest) = (Math.Max(widest, across), Math.Max(highest, down));
        }

        // SOF2, 6, 10 and 14: by the two low bits.
        return new JpegFrame((marker & 3) == 2, components, (double)samples / (widest * highest));
    }

    /// <summary>Bytes a pixel of the coefficients that the decoder holds of the whole image; none where one scan has them all.</summary>
    /// <param name="scanned">Components of the first scan: the decoder asks no other.</param>
    public double CoefficientBytes(int scanned) =>
        IsProgressive || scanned < Components ? BytesPerCoefficient * SamplesPerPixel : 0;
}
