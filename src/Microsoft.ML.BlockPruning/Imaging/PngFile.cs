using System.Buffers.Binary;
using System.IO.Compression;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>Writes PNG files (ISO/IEC 15948): 8-bit grey or RGB, and two-coloured pictures of one bit a pixel.</summary>
/// <remarks>Of our own, because the rooms that report must run where no image library is loaded; 60 lines do it.</remarks>
internal static class PngFile
{
    private const byte Grey = 0, Rgb = 2, Palette = 3;

    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>A photograph.</summary>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="pixels">[height, width, channels].</param>
    public static byte[] OfPixels(int width, int height, int channels, ReadOnlySpan<byte> pixels) =>
        Write(width, height, bits: 8, channels == 1 ? Grey : Rgb, colours: null, RowsOf(pixels, width * channels, height));

    /// <summary>A picture of a mask: set pixels in one colour, the others transparent.</summary>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="isSet">Of row and column.</param>
    /// <param name="colour">0xRRGGBB.</param>
    public static byte[] OfMask(int width, int height, Func<int, int, bool> isSet, int colour)
    {
        int bytes = (width + 7) / 8;
        byte[] packed = new byte[bytes * height];
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                packed[(row * bytes) + (column / 8)] |= (byte)(isSet(row, column) ? 0x80 >> (column % 8) : 0);
            }
        }

        byte[] colours = [0, 0, 0, (byte)(colour >> 16), (byte)(colour >> 8), (byte)colour];
        return Write(width, height, bits: 1, Palette, colours, RowsOf(packed, bytes, height));
    }

    // Each row begins with its filter: none.
    private static byte[] RowsOf(ReadOnlySpan<byte> pixels, int rowBytes, int height)
    {
        byte[] rows = new byte[(rowBytes + 1) * height];
        for (int row = 0; row < height; row++)
        {
            pixels.Slice(row * rowBytes, rowBytes).CopyTo(rows.AsSpan((row * (rowBytes + 1)) + 1));
        }

        return rows;
    }

    private static byte[] Write(int width, int height, byte bits, byte kind, byte[]? colours, byte[] rows)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (bits, kind);
        using var file = new MemoryStream();
        file.Write(Signature);
        WriteChunk(file, "IHDR"u8, header);
        if (colours is not null)
        {
            WriteChunk(file, "PLTE"u8, colours);
            WriteChunk(file, "tRNS"u8, [0]);
        }

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zlib.Write(rows);
        }

        WriteChunk(file, "IDAT"u8, packed.ToArray());
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> name, byte[] data)
    {
        byte[] number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] content = [.. name, .. data];
        file.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Append(Crc32.Empty, content));
        file.Write(number);
    }
}
