using Microsoft.ML.BlockPruning.Files;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>Reads image files, and looks at them before they are rows: which of them can be read.</summary>
public static class ImageFile
{
    /// <summary>Pixels of an image at most, where nothing else is said: 89,478,485, the number at which Pillow warns.</summary>
    public const long DefaultMaximumPixels = 89_478_485;

    /// <summary>Files above this are no photographs: 1 GiB.</summary>
    private const long LargestFile = 1L << 30;

    /// <summary>Reads the content of an image file; decodes nothing.</summary>
    /// <param name="path">The file; a pipe or a device is refused.</param>
    /// <returns>The whole content.</returns>
    /// <exception cref="IOException">It cannot be read, is no regular file, or has more than 1 GiB; names it.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not read it.</exception>
    public static byte[] ReadBytes(string path)
    {
        using var file = RegularFile.Open(path);
        if (file.Length > LargestFile)
        {
            throw new IOException($"The image '{path}' has {file.Length} bytes, expected {LargestFile} at most: it is no photograph.");
        }

        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    /// <summary>Reads the size that a file's header claims, of the whole canvas; decodes nothing and takes no memory.</summary>
    /// <param name="file">The whole content of a PNG, JPEG, BMP, GIF or WebP file.</param>
    /// <param name="maximumPixels">Width times height at most; positive.</param>
    /// <returns>In pixels, as stored: EXIF's orientation is not applied.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximumPixels"/> is not positive.</exception>
    /// <exception cref="InvalidDataException">It is no such file, its header is cut off, or decoding would take too much.</exception>
    public static (int Width, int Height) ReadSize(ReadOnlySpan<byte> file, long maximumPixels = DefaultMaximumPixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumPixels);
        var header = ImageHeaders.Read(file, maximumPixels);
        return ((int)header.Width, (int)header.Height);
    }

    /// <summary>Decodes a file once and drops the pixels; a transformer with this limit reads what passes.</summary>
    /// <param name="file">The whole content of a PNG, JPEG, BMP, GIF or WebP file.</param>
    /// <param name="maximumPixels">Width times height at most; positive.</param>
    /// <remarks>
    /// Takes four bytes a pixel for the time of the call, and up to eight for each pixel of the limit where the file is interlaced (PNG) or
    /// progressive (JPEG); what would take more is refused by its header.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximumPixels"/> is not positive.</exception>
    /// <exception cref="InvalidDataException">It is no such file, cut off or corrupt, or decoding takes too much; says which.</exception>
    public static void Check(ReadOnlySpan<byte> file, long maximumPixels = DefaultMaximumPixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumPixels);
        new ImageDecoder(maximumPixels).Decode(file).Dispose();
    }
}
