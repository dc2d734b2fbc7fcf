using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Formats;

/// <summary><see cref="NumberFormat.Float32"/>: the numbers themselves.</summary>
internal sealed class Float32Codec : IBlockCodec
{
    public NumberFormat Format => NumberFormat.Float32;

    public string Name => "F32";

    public double RelativeError => 0;

    public double AbsoluteError => 0;

    public float Largest => float.MaxValue;

    public long BytesOf(long numbers) => sizeof(float) * numbers;

    public void Encode(ReadOnlySpan<float> values, Span<byte> bytes) => MemoryMarshal.AsBytes(values).CopyTo(bytes);

    public void Decode(ReadOnlySpan<byte> bytes, Span<float> values) =>
        MemoryMarshal.Cast<byte, float>(bytes)[..values.Length].CopyTo(values);
}
