using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Formats;

/// <summary>Blocks of numbers in a format. float32 ones are the array they came in, and come back as it: never a copy.</summary>
internal sealed class CodedNumbers
{
    private readonly float[]? _plain;
    private readonly byte[] _coded;
    private readonly int _block;

    private CodedNumbers(IBlockCodec codec, int block, int count, float[]? plain, byte[] coded)
    {
        Codec = codec;
        _block = block;
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

    /// <summary>Encodes numbers as one block.</summary>
    /// <param name="values">Kept where the format is float32, else read.</param>
    /// <param name="format">The format.</param>
    public static CodedNumbers Of(float[] values, NumberFormat format) =>
        Of(values, BlockCodecs.Of(format), Math.Max(1, values.Length));

    /// <summary>Encodes numbers block by block.</summary>
    /// <param name="values">Whole blocks; kept where the format is float32, else read.</param>
    /// <param name="codec">The format's codec.</param>
    /// <param name="block">Numbers of a block.</param>
    public static CodedNumbers Of(float[] values, IBlockCodec codec, int block)
    {
        Debug.Assert(values.Length % block == 0, "a part of a block");
        if (codec.Format == NumberFormat.Float32)
        {
            return new CodedNumbers(codec, block, values.Length, values, []);
        }

        int bytes = checked((int)codec.BytesOf(block));
        byte[] coded = GC.AllocateUninitializedArray<byte>(checked(values.Length / block * bytes));
        for (int b = 0; b < values.Length / block; b++)
        {
            codec.Encode(values.AsSpan(b * block, block), coded.AsSpan(b * bytes, bytes));
        }

        return new CodedNumbers(codec, block, values.Length, null, coded);
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
        int bytes = (int)Codec.BytesOf(_block);
        for (int b = 0; b < Count / _block; b++)
        {
            Codec.Decode(_coded.AsSpan(b * bytes, bytes), values.AsSpan(b * _block, _block));
        }

        return values;
    }
}
