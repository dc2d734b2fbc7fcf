using System.Buffers.Binary;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>The sizes in a GIF file up to its first frame, which is the one that is read.</summary>
internal static class GifHeader
{
    private const int Start = 13; // signature, logical screen
    private const int Descriptor = 10;
    private const byte Extension = 0x21;
    private const byte Image = 0x2C;
    private const byte GraphicControl = 0xF9;

    /// <summary>Reads. The canvas grows to hold the first frame wherever it stands, as it does in the decoder and in Pillow.</summary>
    /// <exception cref="InvalidDataException">There is no frame.</exception>
    public static (ImageHeader Header, GifFrame Frame) Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < Start)
        {
            throw ImageHeader.Damaged(ImageFormat.Gif, $"there are {file.Length} of at least {Start}");
        }

        int table = Start;
        int at = Start + TableOf(file[10]);
        int transparencyAt = -1;
        while (at < file.Length)
        {
            if (file[at] == Image && file.Length - at >= Descriptor)
            {
                return Read(file, at, table, transparencyAt);
            }

            // What is no block is passed over a byte at a time, as decoders do.
            if (file[at] != Extension || file.Length - at < 3)
            {
                at++;
                continue;
            }

            if (file[at + 1] == GraphicControl && file[at + 2] >= 4 && file.Length - at >= 7)
            {
                transparencyAt = at + 3;
            }

            at = AfterBlocks(file, at + 2);
        }

        throw ImageHeader.Damaged(ImageFormat.Gif, "there is no frame");
    }

    private static (ImageHeader Header, GifFrame Frame) Read(ReadOnlySpan<byte> file, int at, int table, int transparencyAt)
    {
        var frame = new GifFrame(Number(file, at + 1), Number(file, at + 3), Number(file, at + 5), Number(file, at + 7))
        {
            TransparencyAt = transparencyAt >= 0 && (file[transparencyAt] & 1) != 0 ? transparencyAt : null,
        };
        int size = TableOf(file[at + 9]);
        (table, size) = size > 0 ? (at + Descriptor, size) : (table, TableOf(file[10]));
        int color = 3 * (frame.TransparencyAt is { } flag ? file[flag + 3] : 0);
        if (color < size && table + color + 3 <= file.Length)
        {
            frame = frame with { Red = file[table + color], Green = file[table + color + 1], Blue = file[table + color + 2] };
        }

        return (
            new ImageHeader(
                ImageFormat.Gif, Math.Max(Number(file, 6), frame.Left + frame.Width), Math.Max(Number(file, 8), frame.Top + frame.Height)),
            frame);
    }

    /// <summary>Where a chain of blocks ends: each begins with its length, the last has none.</summary>
    private static int AfterBlocks(ReadOnlySpan<byte> file, int at)
    {
        while (at < file.Length && file[at] > 0)
        {
            at += 1 + file[at];
        }

        return at + 1;
    }

    /// <summary>Bytes of a table of colours, by the flags that announce it.</summary>
    private static int TableOf(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    private static int Number(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file[at..]);
}
