namespace Microsoft.ML.BlockPruning.Formats;

/// <summary>A <see cref="NumberFormat"/> at work: what a block of numbers takes, float32 to its bytes and back.</summary>
/// <remarks>Little-endian. A format whose numbers share something (a scale) keeps it in the block's bytes.</remarks>
internal interface IBlockCodec
{
    NumberFormat Format { get; }

    /// <summary>How safetensors files spell it.</summary>
    string Name { get; }

    /// <summary>Half the distance of neighbours, in proportion: decoding gives x (1 + e) with |e| up to this.</summary>
    /// <remarks>Where the format's numbers thin out near zero, <see cref="AbsoluteError"/> is added.</remarks>
    double RelativeError { get; }

    /// <summary>Half of the smallest positive number.</summary>
    double AbsoluteError { get; }

    /// <summary>The largest float32 that does not become infinite.</summary>
    float Largest { get; }

    /// <summary>Bytes of a block of so many numbers.</summary>
    long BytesOf(long numbers);

    /// <summary>Encodes a block: each number to nearest, ties to even; infinity and NaN stay what they are.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="bytes">[BytesOf(values.Length)], written.</param>
    void Encode(ReadOnlySpan<float> values, Span<byte> bytes);

    /// <summary>Decodes a block; exact.</summary>
    /// <param name="bytes">[BytesOf(values.Length)] or more, of which the first are read.</param>
    /// <param name="values">The numbers, written.</param>
    void Decode(ReadOnlySpan<byte> bytes, Span<float> values);
}
