using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Formats;

/// <summary><see cref="NumberFormat.Float16"/>: IEEE 754's binary16.</summary>
/// <remarks>Ten bits behind the leading one, so 2⁻¹¹ in proportion; below 2⁻¹⁴ the numbers are 2⁻²⁴ apart.</remarks>
internal sealed class Float16Codec : IBlockCodec
{
    public NumberFormat Format => NumberFormat.Float16;

    public string Name => "F16";

    public double RelativeError => Math.ScaleB(1, -11);

    public double AbsoluteError => Math.ScaleB(1, -25);

    public float Largest => MathF.BitDecrement(65520f); // halfway to 2¹⁶

    public unsafe long BytesOf(long numbers) => sizeof(Half) * numbers;

    public void Encode(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        var halves = MemoryMarshal.Cast<byte, Half>(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            halves[i] = (Half)values[i];
        }
    }

    public void Decode(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        var halves = MemoryMarshal.Cast<byte, Half>(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)halves[i];
        }
    }
}
