namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>Holds the size that an image claims against what it may be, before memory is taken.</summary>
internal static class ImageLimit
{
    /// <summary>Blue, green, red, alpha.</summary>
    public const int BytesPerPixel = 4;

    /// <summary>Pixels that one array of .NET holds.</summary>
    public static long MostAddressable => Array.MaxLength / BytesPerPixel;

    /// <summary>Checks.</summary>
    /// <param name="width">In pixels, as claimed.</param>
    /// <param name="height">In pixels, as claimed.</param>
    /// <param name="maximumPixels">Width times height at most.</param>
    /// <exception cref="InvalidDataException">A side is not positive, or the product is above the limit.</exception>
    public static void Check(long width, long height, long maximumPixels)
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
    }
}
