using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

/// <summary>The bytes of a pickle, read through a buffer from a stream's position on and never past a given length.</summary>
internal sealed class PickleInput
{
    private const int BufferBytes = 1 << 14;
    private const int LongestLine = 1 << 16;

    private readonly Stream _stream;
    private readonly long _length;
    private readonly byte[] _buffer;
    private long _fetched;
    private int _at;
    private int _filled;

    /// <param name="stream">At the pickle's first byte.</param>
    /// <param name="length">Bytes that it has at most.</param>
    public PickleInput(Stream stream, long length)
    {
        (_stream, _length) = (stream, Math.Max(0, length));
        _buffer = new byte[(int)Math.Min(BufferBytes, Math.Max(1, _length))];
    }

    /// <summary>Bytes that have been taken.</summary>
    public long Taken => _fetched - (_filled - _at);

    /// <exception cref="FormatException">No byte is left.</exception>
    public byte Byte()
    {
        if (_at == _filled)
        {
            Fill();
        }

        return _buffer[_at++];
    }

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public double BigEndianDouble() => BinaryPrimitives.ReadDoubleBigEndian(Take(sizeof(double)));

    /// <summary>So many bytes, once it is certain that they are there.</summary>
    /// <exception cref="FormatException">They are not.</exception>
    public byte[] Take(ulong count)
    {
        if (count > (ulong)(_length - Taken) || count > (ulong)Array.MaxLength)
        {
            throw new FormatException("ends early");
        }

        byte[] bytes = new byte[count];
        for (int done = 0; done < bytes.Length;)
        {
            if (_at == _filled)
            {
                Fill();
            }

            int part = Math.Min(bytes.Length - done, _filled - _at);
            _buffer.AsSpan(_at, part).CopyTo(bytes.AsSpan(done));
            (_at, done) = (_at + part, done + part);
        }

        return bytes;
    }

    /// <summary>A line of text, without its end.</summary>
    public string Line()
    {
        var line = new List<byte>();
        for (byte next = Byte(); next != '\n'; next = Byte())
        {
            line.Add(line.Count < LongestLine ? next : throw new FormatException("has a line that never ends"));
        }

        return Encoding.UTF8.GetString([.. line]);
    }

    private void Fill()
    {
        _at = 0;
        _filled = _stream.Read(_buffer, 0, (int)Math.Min(_buffer.Length, _length - _fetched));
        _fetched += _filled;
        if (_filled == 0)
        {
            throw new FormatException("ends early");
        }
    }
}
