using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Formats;

/// <summary>Numbers in a format. float32 ones are the array they came in, and come back as it: never a copy.</summary>
internal sealed class CodedNumbers
{
    private readonly float[]? _plain;
    private readonly byte[] _coded;

    private CodedNumbers(IBlockCodec codec, int count, float[]? plain, byte[] coded)
    {
        Codec = codec;
        Count = count;
        _plain = plain;
        _coded = coded;
    }

    public IBlockCodec Codec { get; }

    public NumberFormat Format => Codec.Format;

    /// <summary>How many numbers.</summary>
    public int Count { get; }

    /// <summary>The bytes of the format.</summary>
    public ReadOnlySpan<byte> Bytes => _plain is null ? _coded : MemoryMarshal.AsBytes<float>(_plain);

    /// <summary>Encodes.</summary>
    /// <param name="values">Kept where the format is float32, else read.</param>
    /// <param name="format">The format.</param>
    public static CodedNumbers Of(float[] values, NumberFormat format)
    {
        var codec = BlockCodecs.Of(format);
        return format == NumberFormat.Float32
            ? new CodedNumbers(codec, values.Length, values, [])
            : new CodedNumbers(codec, values.Length, null, codec.Encode(values));
    }

    /// <summary>Whether that many numbers of a format fit one array.</summary>
    public static bool CanHold(long count, NumberFormat format) =>
        format == NumberFormat.Float32 || BlockCodecs.Of(format).BytesOf(count) <= Array.MaxLength;

    /// <summary>The numbers; of float32 the array itself, so not to be written to.</summary>
    public float[] ToSingles()
    {
        if (_plain is not null)
        {
            return _plain;
        }

        float[] values = GC.AllocateUninitializedArray<float>(Count);
        Codec.Decode(_coded, values);
        return values;
    }
}
