using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;

/// <summary>Reads numbers at a stream's position.</summary>
internal delegate void NumberReader<T>(Stream stream, Span<T> destination);

/// <summary>A type of torch's elements.</summary>
/// <param name="Name">As <c>torch.float32</c> is called, without the module.</param>
/// <param name="Storage">The class of a storage of such elements.</param>
/// <param name="Size">Bytes of an element.</param>
/// <param name="Singles">Reads them as float; null where they are no floating-point numbers and no mask.</param>
/// <param name="Whole">Reads them as int; null where they are not of 32 or 64 bits.</param>
internal sealed record TorchType(
    string Name, string Storage, int Size, NumberReader<float>? Singles = null, NumberReader<int>? Whole = null)
{
    private static readonly TorchType[] All =
    [
        new("float32", "FloatStorage", 4, NumberStream.Read),
        new("float16", "HalfStorage", 2, (stream, to) => NumberStream.Read(stream, to, BlockCodecs.Of(NumberFormat.Float16))),
        new("bfloat16", "BFloat16Storage", 2, (stream, to) => NumberStream.Read(stream, to, BlockCodecs.Of(NumberFormat.BFloat16))),
        new("float64", "DoubleStorage", 8, (stream, to) => NumberStream.Read(stream, to, (double value) => (float)value)),
        new("bool", "BoolStorage", 1, (stream, to) => NumberStream.Read(stream, to, (byte value) => (float)value)),
        new("uint8", "ByteStorage", 1, (stream, to) => NumberStream.Read(stream, to, (byte value) => (float)value)),
        new("int32", "IntStorage", 4, Whole: NumberStream.Read),
        new("int64", "LongStorage", 8, Whole: (stream, to) => NumberStream.Read(stream, to, (long value) => value == (int)value
            ? (int)value
            : throw new FormatException($"holds {value}, expected at most {int.MaxValue} in size"))),
        new("int8", "CharStorage", 1),
        new("int16", "ShortStorage", 2),
        new("uint16", "UInt16Storage", 2),
        new("uint32", "UInt32Storage", 4),
        new("uint64", "UInt64Storage", 8),
        new("complex64", "ComplexFloatStorage", 8),
        new("complex128", "ComplexDoubleStorage", 16),
        new("qint8", "QInt8Storage", 1),
        new("quint8", "QUInt8Storage", 1),
        new("qint32", "QInt32Storage", 4),
        new("float8_e4m3fn", "Float8_e4m3fnStorage", 1),
        new("float8_e5m2", "Float8_e5m2Storage", 1),
    ];

    /// <summary>Bytes of which only the tensor says what they are.</summary>
    public static TorchType Untyped { get; } = new("untyped", "UntypedStorage", 1);

    /// <summary>The type of a storage's class; null where it is not known.</summary>
    public static TorchType? OfStorage(string name) =>
        name == Untyped.Storage ? Untyped : Array.Find(All, type => type.Storage == name);

    /// <summary>The type of torch's own name; null where it is not known.</summary>
    public static TorchType? OfName(string name) => Array.Find(All, type => type.Name == name);
}
