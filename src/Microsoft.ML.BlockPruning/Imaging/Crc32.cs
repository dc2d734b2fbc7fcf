using System.Buffers.Binary;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>CRC-32 of ISO 3309, as PNG and zip files have it.</summary>
/// <remarks>Eight bytes at a time from eight tables ("slicing-by-8"): a model's file is summed before it is used.</remarks>
internal static class Crc32
{
    /// <summary>The sum of nothing, where a sum begins.</summary>
    public const uint Empty = 0;

    private const int Step = 8;
    private const int Values = 256;

    // [zeros, byte]: the sum of a byte with so many zeros behind it.
    private static readonly uint[] Tables = MakeTables();

    /// <summary>The sum of what came before and more.</summary>
    public static uint Append(uint sum, ReadOnlySpan<byte> more)
    {
        sum = ~sum;
        uint[] tables = Tables;
        for (; more.Length >= Step; more = more[Step..])
        {
            uint low = sum ^ BinaryPrimitives.ReadUInt32LittleEndian(more);
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(more[4..]);
            sum = tables[(7 * Values) + (byte)low] ^ tables[(6 * Values) + (byte)(low >> 8)]
                ^ tables[(5 * Values) + (byte)(low >> 16)] ^ tables[(4 * Values) + (byte)(low >> 24)]
                ^ tables[(3 * Values) + (byte)high] ^ tables[(2 * Values) + (byte)(high >> 8)]
                ^ tables[Values + (byte)(high >> 16)] ^ tables[(byte)(high >> 24)];
        }

        foreach (byte next in more)
        {
            sum = tables[(byte)(sum ^ next)] ^ (sum >> 8);
        }

        return ~sum;
    }

    private static uint[] MakeTables()
    {
        uint[] tables = new uint[Step * Values];
        for (int i = 0; i < tables.Length; i++)
        {
            uint before = i < Values ? 0 : tables[i - Values];
            tables[i] = i < Values ? OfByte((uint)i) : tables[(byte)before] ^ (before >> 8);
        }

        return tables;
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
