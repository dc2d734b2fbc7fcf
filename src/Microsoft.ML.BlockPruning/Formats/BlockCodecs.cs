namespace Microsoft.ML.BlockPruning.Formats;

/// <summary>The codecs of all formats: files, costs and the GPU ask this list.</summary>
internal static class BlockCodecs
{
    /// <summary>One codec a format, in the order of <see cref="NumberFormat"/>.</summary>
    public static IReadOnlyList<IBlockCodec> All { get; } = [new Float32Codec(), new BFloat16Codec(), new Float16Codec()];

    /// <summary>What arrays in memory are: not stored in any other way.</summary>
    public static IBlockCodec Float32 => All[0];

    public static IBlockCodec Of(NumberFormat format) =>
        (uint)format < (uint)All.Count ? All[(int)format] : throw Unknown(format);

    /// <summary>Numbers as bytes, as one block.</summary>
    public static byte[] Encode(this IBlockCodec codec, ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[checked((int)codec.BytesOf(values.Length))];
        codec.Encode(values, bytes);
        return bytes;
    }

    /// <summary>The nearest numbers that the format has, in place.</summary>
    public static void Round(this IBlockCodec codec, Span<float> values)
    {
        const int most = 1 << 16; // numbers; a span of bytes holds less than 2 GB
        for (; codec.Format != NumberFormat.Float32 && values.Length > 0; values = values[Math.Min(most, values.Length)..])
        {
            var part = values[..Math.Min(most, values.Length)];
            codec.Decode(codec.Encode(part), part);
        }
    }

    private static ArgumentOutOfRangeException Unknown(NumberFormat format) =>
        new(nameof(format), format, "Choose one of NumberFormat's values.");
}
