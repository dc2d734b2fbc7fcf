using System.Buffers.Binary;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Zip;

/// <summary>The record with which a zip archive ends, and that of zip64 before it.</summary>
/// <param name="Entries">Entries of the directory.</param>
/// <param name="DirectoryStart">Its first byte.</param>
/// <param name="DirectoryBytes">Its length.</param>
internal sealed record ZipEnd(long Entries, long DirectoryStart, long DirectoryBytes)
{
    private const int Bytes = 22;
    private const int LongestComment = ushort.MaxValue;
    private const int LocatorBytes = 20;
    private const int Bytes64 = 56;
    private const uint Signature = 0x06054b50;
    private const uint LocatorSignature = 0x07064b50;
    private const uint Signature64 = 0x06064b50;
    private const long LargestDirectory = 32L << 20; // 400,000 entries; torch makes one of each tensor

    /// <summary>Finds it.</summary>
    /// <exception cref="FormatException">There is none, or it points to where no directory can be.</exception>
    public static ZipEnd Find(Stream stream)
    {
        byte[] tail = new byte[Math.Min(stream.Length, Bytes + LongestComment)];
        long tailStart = stream.Length - tail.Length;
        stream.Position = tailStart;
        stream.ReadExactly(tail);
        for (int at = tail.Length - Bytes; at >= 0; at--)
        {
            var record = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(record) == Signature
                && BinaryPrimitives.ReadUInt16LittleEndian(record[20..]) == record.Length - Bytes)
            {
                return Checked(Large(stream, tailStart + at) ?? Small(record), tailStart + at);
            }
        }

        throw new FormatException("is missing: the file is cut off");
    }

    private static ZipEnd Small(ReadOnlySpan<byte> record) => new(
        BinaryPrimitives.ReadUInt16LittleEndian(record[10..]),
        BinaryPrimitives.ReadUInt32LittleEndian(record[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(record[12..]));

    /// <summary>What zip64 says; null where there is no such record.</summary>
    private static ZipEnd? Large(Stream stream, long end)
    {
        byte[] record = new byte[Bytes64];
        var locator = record.AsSpan(0, LocatorBytes);
        if (!TryRead(stream, end - LocatorBytes, locator) || BinaryPrimitives.ReadUInt32LittleEndian(locator) != LocatorSignature)
        {
            return null;
        }

        long start = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
        return TryRead(stream, start, record) && BinaryPrimitives.ReadUInt32LittleEndian(record) == Signature64
            ? new ZipEnd(
                BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(32)),
                BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48)),
                BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(40)))
            : throw new FormatException("is damaged");
    }

    private static bool TryRead(Stream stream, long position, Span<byte> bytes)
    {
        if (position < 0 || position > stream.Length - bytes.Length)
        {
            return false;
        }

        stream.Position = position;
        stream.ReadExactly(bytes);
        return true;
    }

    private static ZipEnd Checked(ZipEnd found, long end)
    {
        bool isThere = found.DirectoryStart >= 0 && found.DirectoryBytes >= 0 && found.DirectoryStart <= end - found.DirectoryBytes;
        return isThere && found.DirectoryBytes <= LargestDirectory
            ? found
            : throw new FormatException(
                $"has {found.DirectoryBytes} bytes from byte {found.DirectoryStart} on, which the file does not hold");
    }
}
