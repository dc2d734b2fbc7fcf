namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>The checksum of PNG chunks and zip entries (ISO 3309).</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xedb88320;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * Polynomial);
            }
        }

        return ~crc;
    }
}
