namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>Reads the header of an image file, of whichever format it is: a row each.</summary>
internal static class ImageHeaders
{
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
}
