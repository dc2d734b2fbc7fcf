namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>CRC-32 of ISO 3309, as PNG and zip files have it.</summary>
internal static class Crc32
{
    /// <summary>The sum of nothing, where a sum begins.</summary>
    public const uint Empty = 0;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(index => OfByte((uint)index))];

    /// <summary>The sum of what came before and more.</summary>
    public static uint Append(uint sum, ReadOnlySpan<byte> more)
    {
        sum = ~sum;
        foreach (byte next in more)
        {
            sum = Table[(byte)(sum ^ next)] ^ (sum >> 8);
        }

        return ~sum;
    }

    // The polynomial, bit-reversed.
    private static uint OfByte(uint value)
    {
        for (int bit = 0; bit < 8; bit++)
        {
            value = (value & 1) != 0 ? 0xedb88320 ^ (value >> 1) : value >> 1;
        }

        return value;
    }
}
