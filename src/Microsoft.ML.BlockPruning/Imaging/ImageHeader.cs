using SkiaSharp;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>What an image file says of itself before a pixel of it is decoded.</summary>
/// <param name="Format">By its first bytes.</param>
/// <param name="Width">Of the canvas, in pixels: all that a decoder would take memory for, the first frame's place included.</param>
/// <param name="Height">Of the canvas, in pixels.</param>
internal readonly record struct ImageHeader(ImageFormat Format, long Width, long Height)
{
    /// <summary>Bytes that decoding takes for each pixel: those that it yields, and what the codec holds of the whole image.</summary>
    public double BytesPerPixel { get; init; } = ImageLimit.BytesPerPixel;

    /// <summary>Where the first pixel belongs when the image is looked at; null where the decoder knows.</summary>
    public SKEncodedOrigin? Origin { get; init; }

    /// <summary>The decoder's name of the format.</summary>
    public SKEncodedImageFormat SkiaFormat => Format switch
    {
        ImageFormat.Png => SKEncodedImageFormat.Png,
        ImageFormat.Jpeg => SKEncodedImageFormat.Jpeg,
        ImageFormat.Bmp => SKEncodedImageFormat.Bmp,
        ImageFormat.Gif => SKEncodedImageFormat.Gif,
        _ => SKEncodedImageFormat.Webp,
    };

    /// <summary>What the parsers of headers throw.</summary>
    /// <param name="format">The format that the first bytes name.</param>
    /// <param name="found">What is wrong, with the place.</param>
    public static InvalidDataException Damaged(ImageFormat format, string found) =>
        new($"cut off or corrupt: its first bytes are those of a {format} file, but {found}.");
}

/// <summary>The formats that are read.</summary>
internal enum ImageFormat
{
    Png,
    Jpeg,
    Bmp,
    Gif,
    Webp,
}
