using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>A protobuf message, written field by field (protobuf.dev, "Encoding"): as much as an ONNX graph takes.</summary>
/// <remarks>
/// A message stands behind its length, so a file cannot be written as it grows. What is large is therefore given as a length and a method
/// that writes it later: a network is never in memory twice.
/// </remarks>
internal sealed class ProtobufMessage
{
    private const int LengthDelimited = 2;
    private const int FourBytes = 5;
    private const int Four = 4;

    private readonly List<Action<Stream>> _written = [];
    private ArrayBufferWriter<byte> _open = new();

    /// <summary>Bytes of the whole message.</summary>
    public long Length { get; private set; }

    public ProtobufMessage Number(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    public ProtobufMessage Single(int field, float value)
    {
        Varint(((ulong)field << 3) | FourBytes);
        BinaryPrimitives.WriteSingleLittleEndian(_open.GetSpan(Four), value);
        _open.Advance(Four);
        Length += Four;
        return this;
    }

    public ProtobufMessage Text(int field, string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        Begin(field, bytes.Length);
        Append(bytes);
        return this;
    }

    /// <summary>Adds a message; it must be finished.</summary>
    public ProtobufMessage Message(int field, ProtobufMessage message)
    {
        Begin(field, message.Length);
        return Append(message);
    }

    /// <summary>Adds all fields of a message; it must be finished.</summary>
    public ProtobufMessage Append(ProtobufMessage message)
    {
        if (message._written.Count > 0)
        {
            Close();
            _written.AddRange(message._written);
            Length += message.Length - message._open.WrittenCount;
        }

        Append(message._open.WrittenSpan);
        return this;
    }

    /// <summary>Adds bytes that are made when the message is written.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="length">How many there will be.</param>
    /// <param name="write">Writes so many.</param>
    public ProtobufMessage Bytes(int field, long length, Action<Stream> write)
    {
        Begin(field, length);
        Close();
        _written.Add(write);
        Length += length;
        return this;
    }

    public void WriteTo(Stream stream)
    {
        foreach (var write in _written)
        {
            write(stream);
        }

        stream.Write(_open.WrittenSpan);
    }

    private void Begin(int field, long length)
    {
        Varint(((ulong)field << 3) | LengthDelimited);
        Varint((ulong)length);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _open.Write(bytes);
        Length += bytes.Length;
    }

    private void Close()
    {
        var closed = _open;
        _open = new ArrayBufferWriter<byte>();
        _written.Add(stream => stream.Write(closed.WrittenSpan));
    }

    private void Varint(ulong value)
    {
        for (; value >= 128; value >>= 7)
        {
            Append([(byte)(value | 128)]);
        }

        Append([(byte)value]);
    }
}
