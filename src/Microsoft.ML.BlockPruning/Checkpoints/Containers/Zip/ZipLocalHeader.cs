using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Zip;

/// <summary>The header in front of an entry. torch leaves sizes and sum in it at zero: only its own length is of use.</summary>
internal static class ZipLocalHeader
{
    private const int Bytes = 30;
    private const uint Signature = 0x04034b50;

    /// <summary>The byte behind a header, where the content begins.</summary>
    /// <exception cref="FormatException">There is no header, or it is another entry's.</exception>
    public static long Skip(Stream stream, long start, string name)
    {
        byte[] header = new byte[Bytes];
        if (start > stream.Length - Bytes)
        {
            throw Missing(name);
        }

        stream.Position = start;
        stream.ReadExactly(header);
        byte[] found = new byte[BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26))];
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != Signature
            || stream.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) < found.Length
            || Encoding.UTF8.GetString(found) != name)
        {
            throw Missing(name);
        }

        return start + Bytes + found.Length + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
    }

    private static FormatException Missing(string name) => new($"lists '{name}', which is not there");
}
