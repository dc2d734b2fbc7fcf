using SkiaSharp;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>Decodes image files with the decoder that MLImage has, but believes no header and refuses what is cut off.</summary>
/// <remarks>
/// <c>MLImage.CreateFromStream</c> fills the rest of a truncated file with black and blends transparent pixels with black; here the
/// first is an error and the second keeps its colour, as in Pillow. Of an animation it reads the first frame. One instance serves one
/// thread.
/// </remarks>
/// <param name="maximumPixels">Width times height at most.</param>
internal sealed class ImageDecoder(long maximumPixels)
{
    private readonly ScratchBuffer _memory = new();

    /// <summary>Bytes that stay with the decoder between two images.</summary>
    public int KeptBytes => _memory.KeptBytes;

    /// <summary>Decodes a file.</summary>
    /// <param name="file">The whole content of a PNG, JPEG, BMP, GIF or WebP file.</param>
    /// <returns>The image; dispose it before the next.</returns>
    /// <exception cref="InvalidDataException">The bytes are not such a file, it is cut off, or it would take too much memory.</exception>
    public DecodedImage Decode(ReadOnlySpan<byte> file)
    {
        var header = ImageHeaders.Read(file, maximumPixels);
        using var data = SKData.CreateCopy(file);
        GifFrame? frame = header.Format == ImageFormat.Gif ? GifHeader.Read(file).Frame : null;
        frame?.MakeOpaque(BytesOf(data));
        using var codec = SKCodec.Create(data);
        if (codec is null || codec.EncodedFormat != header.SkiaFormat)
        {
            throw ImageHeader.Damaged(header.Format, $"its {file.Length} bytes cannot be opened");
        }

        // The decoder's own word: it is what the memory is for.
        int width = codec.Info.Width, height = codec.Info.Height;
        ImageLimit.Check(width, height, maximumPixels, header.BytesPerPixel);
        var info = new SKImageInfo(width, height, SKColorType.Bgra8888, SKAlphaType.Unpremul);
        var pixels = _memory.RentZeros(width * height * ImageLimit.BytesPerPixel); // a codec may leave out what is transparent
        var result = Decode(codec, info, pixels);
        if (result != SKCodecResult.Success)
        {
            _memory.Return();
            throw new InvalidDataException(
                $"cut off or corrupt: its {file.Length} bytes are a {codec.EncodedFormat} file of {width}x{height} pixels that cannot be "
                + $"decoded ({result}).");
        }

        frame?.PaintAround(pixels, width);
        return new DecodedImage(_memory, pixels, width, height, header.Origin ?? codec.EncodedOrigin);
    }

    private static unsafe Span<byte> BytesOf(SKData data) => new((void*)data.Data, (int)data.Size);

    private static unsafe SKCodecResult Decode(SKCodec codec, SKImageInfo info, Span<byte> pixels)
    {
        fixed (byte* target = pixels)
        {
            return codec.GetPixels(info, (nint)target);
        }
    }
}

/// <summary>An image in a decoder's memory, which dispose gives back.</summary>
internal readonly ref struct DecodedImage(ScratchBuffer memory, ReadOnlySpan<byte> pixels, int width, int height, SKEncodedOrigin origin)
{
    /// <summary>[height, width, 4] blue, green, red, alpha.</summary>
    public ReadOnlySpan<byte> Pixels { get; } = pixels;

    /// <summary>In pixels, as stored.</summary>
    public int Width { get; } = width;

    /// <summary>In pixels, as stored.</summary>
    public int Height { get; } = height;

    /// <summary>Where the first pixel belongs when the image is looked at.</summary>
    public SKEncodedOrigin Origin { get; } = origin;

    public void Dispose() => memory.Return();
}
