using System.Buffers.Binary;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>The size in a BMP file; a negative height means that its rows go from top to bottom.</summary>
internal static class BmpHeader
{
    private const int Start = 14; // after the file's own header
    private const int Core = 12; // OS/2's header, with sides of 16 bits
    private const int Smallest = 16;

    /// <summary>Reads.</summary>
    /// <exception cref="InvalidDataException">The header is cut off, or the pixels are a JPEG or PNG file inside.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < Start + Smallest)
        {
            throw ImageHeader.Damaged(ImageFormat.Bmp, $"there are {file.Length} of at least {Start + Smallest}");
        }

        var header = file[Start..];
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (size == Core)
        {
            return new ImageHeader(
                ImageFormat.Bmp, BinaryPrimitives.ReadUInt16LittleEndian(header[4..]),
                BinaryPrimitives.ReadUInt16LittleEndian(header[6..]));
        }

        if (size >= 20 && header.Length >= 20 && BinaryPrimitives.ReadUInt32LittleEndian(header[16..]) is 4 or 5)
        {
            throw ImageHeader.Damaged(ImageFormat.Bmp, "the pixels are a JPEG or PNG file inside, which is not read");
        }

        long width = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        long height = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        return new ImageHeader(ImageFormat.Bmp, width, Math.Abs(height));
    }
}
