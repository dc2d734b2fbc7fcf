using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Formats;

/// <summary><see cref="NumberFormat.BFloat16"/>: the upper half of a float32, rounded as processors and GPUs round it.</summary>
/// <remarks>
/// Seven bits behind the leading one: neighbours in [1, 2) are 2⁻⁷ apart, so rounding is off by 2⁻⁸ in proportion at most. What lies
/// half a step or more above the largest, (2 − 2⁻⁷) · 2¹²⁷, becomes infinite, as IEEE 754 has it.
/// </remarks>
internal sealed class BFloat16Codec : IBlockCodec
{
    private const ushort NaN = 0x7FFF; // what GPUs make of every NaN

    public NumberFormat Format => NumberFormat.BFloat16;

    public string Name => "BF16";

    public double RelativeError => Math.ScaleB(1, -8);

    public double AbsoluteError => Math.ScaleB(1, -134); // float32's smallest exponent and seven bits: 2⁻¹²⁶ · 2⁻⁷ / 2

    public float Largest => BitConverter.UInt32BitsToSingle(0x7F7F_7FFF);

    public long BytesOf(long numbers) => sizeof(ushort) * numbers;

    public void Encode(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(values[i]);
            uint half = 0x7FFF + ((bits >> 16) & 1); // to nearest; a tie goes to the even neighbour
            halves[i] = float.IsNaN(values[i]) ? NaN : (ushort)((bits + half) >> 16);
        }
    }

    public void Decode(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
        }
    }
}
