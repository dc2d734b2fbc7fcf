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

    /// <summary>Reads the sizes and holds them against the limit; takes no memory.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="maximumPixels">Width times height at most.</param>
    /// <exception cref="InvalidDataException">It is no such file, its header is cut off, or it claims too much.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> file, long maximumPixels)
    {
        if (file.IsEmpty)
        {
            throw new InvalidDataException("the image is missing (no bytes); filter such rows out first.");
        }

        var header = ImageSignature.FormatOf(file) switch
        {
            ImageFormat.Png => PngHeader.Read(file),
            ImageFormat.Jpeg => JpegHeader.Read(file),
            ImageFormat.Bmp => BmpHeader.Read(file),
            ImageFormat.Gif => GifHeader.Read(file).Header,
            _ => WebpHeader.Read(file),
        };
        ImageLimit.Check(header.Width, header.Height, maximumPixels, header.BytesPerPixel);
        return header;
    }

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
