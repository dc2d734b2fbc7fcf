using System.Buffers.Binary;
using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Tests.Formats;

/// <summary>A format that no list knows: a scale for each block, and its numbers as whole multiples of it from -127 to 127.</summary>
internal sealed class ToyCodec : IBlockCodec
{
    private const int ScaleBytes = 4;

    public NumberFormat Format => (NumberFormat)100;

    public string Name => "TOY";

    public double RelativeError => 0;

    /// <summary>Of blocks whose largest number is one.</summary>
    public double AbsoluteError => 0.5 / 127;

    public float Largest => float.MaxValue;

    public long BytesOf(long numbers) => ScaleBytes + numbers;

    public void Encode(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        float largest = 0;
        foreach (float value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        BinaryPrimitives.WriteSingleLittleEndian(bytes, largest / 127);
        for (int i = 0; i < values.Length; i++)
        {
            bytes[ScaleBytes + i] = (byte)(sbyte)(largest == 0 ? 0 : MathF.Round(values[i] / largest * 127));
        }
    }

    public void Decode(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        float scale = BinaryPrimitives.ReadSingleLittleEndian(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (sbyte)bytes[ScaleBytes + i] * scale;
        }
    }
}
