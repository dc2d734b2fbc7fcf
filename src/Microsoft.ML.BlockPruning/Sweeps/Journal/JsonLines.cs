using Microsoft.ML.BlockPruning.Files;

namespace Microsoft.ML.BlockPruning.Sweeps.Journal;

/// <summary>A file of lines, each a value in JSON; numbered as an editor numbers them.</summary>
internal static class JsonLines
{
    /// <summary>More than any sweep writes: a trial is a line of about 600 bytes.</summary>
    public const long MaximumBytes = 256L << 20;

    private const byte LineEnd = (byte)'\n';
    private const int BufferLength = 1 << 16;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xef, 0xbb, 0xbf];

    /// <summary>The content of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="share">What others may do with it meanwhile.</param>
    /// <exception cref="IOException">It cannot be read, or is a pipe, a device or a folder.</exception>
    /// <exception cref="InvalidDataException">It is longer than such a file may be.</exception>
    public static byte[] ReadFile(string path, FileShare share)
    {
        using var stream = RegularFile.Open(path, share);
        return ReadAll(stream, path);
    }

    /// <summary>The rest of a stream.</summary>
    /// <exception cref="InvalidDataException">It is longer than such a file may be.</exception>
    public static byte[] ReadAll(Stream stream, string path)
    {
        using var copy = new MemoryStream();
        byte[] buffer = new byte[BufferLength];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            if (copy.Length + count > MaximumBytes)
            {
                throw new InvalidDataException(
                    $"'{path}' has more than {MaximumBytes} bytes, which no journal of a sweep has: take another file.");
            }

            copy.Write(buffer, 0, count);
        }

        return copy.ToArray();
    }

    /// <summary>The lines that hold something, without the byte order mark that an editor may have put before them.</summary>
    public static IEnumerable<(int Number, ReadOnlyMemory<byte> Line)> Of(ReadOnlyMemory<byte> bytes)
    {
        var rest = bytes.Span.StartsWith(ByteOrderMark) ? bytes[ByteOrderMark.Length..] : bytes;
        for (int number = 1; rest.Length > 0; number++)
        {
            int end = rest.Span.IndexOf(LineEnd);
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Span.ContainsAnyExcept(" \t\r"u8))
            {
                yield return (number, line);
            }
        }
    }
}
