namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>Holds the size that an image claims against what it may be, before memory is taken.</summary>
internal static class ImageLimit
{
    /// <summary>Blue, green, red, alpha.</summary>
    public const int BytesPerPixel = 4;

    /// <summary>What decoding may take for each pixel of the limit: as much again as the pixels, for what the codec holds itself.</summary>
    public const int BytesPerPixelOfTheLimit = 2 * BytesPerPixel;

    /// <summary>Pixels that one array of .NET holds.</summary>
    public static long MostAddressable => Array.MaxLength / BytesPerPixel;

    /// <summary>Checks.</summary>
    /// <param name="width">In pixels, as claimed.</param>
    /// <param name="height">In pixels, as claimed.</param>
    /// <param name="maximumPixels">Width times height at most.</param>
    /// <param name="bytesPerPixel">What decoding takes, the pixels themselves included.</param>
    /// <exception cref="InvalidDataException">
    /// A side is not positive, the product is above the limit, or decoding would take too much.
    /// </exception>
    public static void Check(long width, long height, long maximumPixels, double bytesPerPixel = BytesPerPixel)
    {
        if (width <= 0 || height <= 0)
        {
            throw new InvalidDataException($"the image is {width}x{height} pixels by its header; both sides must be at least 1.");
        }

        // Division, for the product of two sides of 2³² − 1 does not fit 64 bits with a sign.
        if (height > maximumPixels / width)
        {
            throw new InvalidDataException(
                $"the image is {width}x{height} pixels by its header, above the limit of {maximumPixels} pixels; "
                + "leave it out, or raise MaximumPixels (--max-pixels) if you trust it.");
        }

        if (height > MostAddressable / width)
        {
            throw new InvalidDataException(
                $"the image is {width}x{height} pixels by its header, above the {MostAddressable} that can be held whatever the limit is; "
                + "make it smaller.");
        }

        double bytes = width * height * bytesPerPixel;
        double most = (double)BytesPerPixelOfTheLimit * maximumPixels;
        if (bytes > most)
        {
            throw new InvalidDataException(
                $"the image is {width}x{height} pixels by its header, and decoding would take {(long)bytes} bytes, for it is interlaced or "
                + $"progressive; the limit is {(long)most} bytes, {BytesPerPixelOfTheLimit} for each of {maximumPixels} pixels; save it "
                + "plainly, leave it out, or raise MaximumPixels (--max-pixels) if you trust it.");
        }
    }
}
