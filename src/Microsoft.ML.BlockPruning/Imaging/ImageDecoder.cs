using SkiaSharp;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>Decodes image files with the decoder that MLImage has, but refuses what is cut off.</summary>
/// <remarks>
/// <c>MLImage.CreateFromStream</c> fills the rest of a truncated file with black and blends transparent pixels with black; here the
/// first is an error and the second keeps its colour, as in Pillow. Keeps its buffer, so one instance serves one thread.
/// </remarks>
internal sealed class ImageDecoder
{
    private byte[] _pixels = [];

    /// <summary>Decodes a file.</summary>
    /// <param name="file">The whole content of a PNG, JPEG, BMP, GIF or WebP file.</param>
    /// <returns>[height, width, 4] blue, green, red, alpha; valid until the next call.</returns>
    /// <exception cref="InvalidDataException">The bytes are not such a file, or it is cut off.</exception>
    public (ReadOnlyMemory<byte> Pixels, int Width, int Height) Decode(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty)
        {
            throw new InvalidDataException("the image is missing (no bytes); filter such rows out first.");
        }

        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data);
        if (codec is null)
        {
            string head = Convert.ToHexString(file[..Math.Min(file.Length, 8)]);
            throw new InvalidDataException(
                $"its {file.Length} bytes (first: {head}) are not an image; give the whole content of a PNG, JPEG, BMP, GIF or WebP file.");
        }

        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Bgra8888, SKAlphaType.Unpremul);
        if (_pixels.Length < info.BytesSize)
        {
            _pixels = new byte[info.BytesSize];
        }

        SKCodecResult result;
        unsafe
        {
            fixed (byte* pixels = _pixels)
            {
                result = codec.GetPixels(info, (nint)pixels);
            }
        }

        return result == SKCodecResult.Success
            ? (_pixels.AsMemory(0, info.BytesSize), info.Width, info.Height)
            : throw new InvalidDataException(
                $"its {file.Length} bytes are a {codec.EncodedFormat} file of {info.Width}x{info.Height} pixels that cannot be decoded "
                + $"({result}); the file is cut off or corrupt.");
    }
}
