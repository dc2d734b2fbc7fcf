using System.Buffers.Binary;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;

/// <summary>Reads a safetensors file: the header is checked on opening, a tensor goes straight into its array when asked for.</summary>
/// <remarks>Not safe for use from several threads at once: all reads share the stream's position.</remarks>
internal sealed class SafetensorsFile : ITensorFile
{
    /// <summary>Bytes of the header's length, with which a file begins.</summary>
    public const int LengthBytes = 8;

    /// <summary>The limit of the reference implementation.</summary>
    public const int MaxHeaderBytes = 100_000_000;

    private readonly Stream _stream;
    private readonly bool _ownsStream;
    private readonly SafetensorsHeader _header;
    private readonly long _start;
    private readonly long _dataStart;

    private SafetensorsFile(Stream stream, bool ownsStream, string source)
    {
        _stream = stream;
        _ownsStream = ownsStream;
        Source = source;
        _start = stream.Position;
        long length = stream.Length - stream.Position;
        Span<byte> prefix = stackalloc byte[LengthBytes];
        if (length < LengthBytes)
        {
            throw new InvalidDataException(
                $"{source}: {length} bytes are too few for a safetensors file, which begins with the 8-byte length of its header.");
        }

        stream.ReadExactly(prefix);
        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        ulong most = (ulong)Math.Min(MaxHeaderBytes, length - LengthBytes);
        if (headerBytes > most)
        {
            throw new InvalidDataException(
                $"{source}: the header claims {headerBytes} bytes, expected at most {most} (100 MB, and no more than the file holds). "
                + "The file is cut off, damaged, or not a safetensors file.");
        }

        byte[] json = new byte[headerBytes];
        stream.ReadExactly(json);
        _header = SafetensorsHeader.Parse(json, length - LengthBytes - json.Length, source);
        _dataStart = stream.Position;
    }

    /// <inheritdoc/>
    public string Source { get; }

    /// <summary>The file's free strings (<c>__metadata__</c>).</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Every tensor by name, in the header's order.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors => _header.Tensors;

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => [];

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _header.Names;

    /// <inheritdoc/>
    public TensorEntry? Find(string name) => Tensors.GetValueOrDefault(name);

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It cannot be read, or is a pipe, a device or a folder.</exception>
    /// <exception cref="InvalidDataException">It is not a whole, valid safetensors file; the message names it and the tensor.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var stream = RegularFile.Open(path);
        try
        {
            return new SafetensorsFile(stream, ownsStream: true, $"'{path}'");
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads from a stream's position to its end; the stream stays the caller's and open.</summary>
    /// <param name="stream">A stream that cannot seek is copied into memory first (at most 2 GB).</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="InvalidDataException">It is not a whole, valid safetensors file; the message names the tensor.</exception>
    public static SafetensorsFile Read(Stream stream, string source = "The stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.CanSeek)
        {
            return new SafetensorsFile(stream, ownsStream: false, source);
        }

        return new SafetensorsFile(CopyOf(stream, source), ownsStream: true, source);
    }

    /// <summary>Holds the file against the SHA-256 that it names; reads it whole, and keeps none of it.</summary>
    /// <returns>Whether it names one: files of other programs and of older versions do not.</returns>
    /// <exception cref="InvalidDataException">The file is not what was written.</exception>
    public bool VerifyChecksum()
    {
        if (!Metadata.TryGetValue(SafetensorsChecksum.Key, out string? expected))
        {
            return false;
        }

        _stream.Position = _start;
        byte[] length = new byte[LengthBytes];
        byte[] header = new byte[_dataStart - _start - LengthBytes];
        _stream.ReadExactly(length);
        _stream.ReadExactly(header);
        string found;
        try
        {
            found = SafetensorsChecksum.Of(length, header, _stream);
        }
        catch (FormatException error)
        {
            throw new InvalidDataException($"{Source}: {error.Message}. The file is damaged.", error);
        }

        return found == expected
            ? true
            : throw new InvalidDataException(
                $"{Source}: its SHA-256 is {found}, but it names {expected}: it was damaged, or changed after it was saved. "
                + $"Fetch or save it again; who changes a file on purpose removes '{SafetensorsChecksum.Key}' from its metadata.");
    }

    /// <summary>A tensor of F32, F16, BF16 or F64 as float, or of BOOL or U8 as masks are; F64 rounds, the others are exact.</summary>
    public float[] ReadSingles(string name)
    {
        float[] values = Allocate<float>(Required(name));
        ReadSingles(name, values);
        return values;
    }

    /// <inheritdoc cref="ReadSingles(string)"/>
    /// <param name="name">The tensor.</param>
    /// <param name="destination">[elements of the tensor], written.</param>
    public void ReadSingles(string name, Span<float> destination)
    {
        var tensor = Required(name);
        if (destination.Length != tensor.Elements)
        {
            throw new ArgumentException(
                $"Tensor '{name}' has {tensor.Elements} elements, the destination {destination.Length}.", nameof(destination));
        }

        _stream.Position = _dataStart + tensor.Begin;
        switch (tensor.DType)
        {
            case SafetensorsDType.F32:
                NumberStream.Read(_stream, destination);
                break;
            case SafetensorsDType.F16 or SafetensorsDType.BF16:
                NumberStream.Read(_stream, destination, BlockCodecs.Of(tensor.DType.Format()!.Value));
                break;
            case SafetensorsDType.F64:
                NumberStream.Read(_stream, destination, (double value) => (float)value);
                break;
            case SafetensorsDType.Bool or SafetensorsDType.U8:
                NumberStream.Read(_stream, destination, (byte value) => (float)value);
                break;
            default:
                throw WrongType(tensor, "F32, F16, BF16 or F64");
        }
    }

    /// <summary>A tensor of I32 or I64 as int.</summary>
    /// <exception cref="InvalidDataException">Another dtype, or a value that does not fit.</exception>
    public int[] ReadInt32s(string name)
    {
        var tensor = Required(name);
        int[] values = Allocate<int>(tensor);
        _stream.Position = _dataStart + tensor.Begin;
        switch (tensor.DType)
        {
            case SafetensorsDType.I32:
                NumberStream.Read(_stream, values.AsSpan());
                break;
            case SafetensorsDType.I64:
                NumberStream.Read(_stream, values.AsSpan(), (long value) => value == (int)value
                    ? (int)value
                    : throw new InvalidDataException($"{Source}: tensor '{name}' holds {value}, expected at most {int.MaxValue} in size."));
                break;
            default:
                throw WrongType(tensor, "I32 or I64");
        }

        return values;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsStream)
        {
            _stream.Dispose();
        }
    }

    /// <summary>A stream that cannot seek, in memory: no further than one byte past what its own header claims.</summary>
    private static MemoryStream CopyOf(Stream stream, string source)
    {
        byte[] prefix = new byte[LengthBytes];
        int read = stream.ReadAtLeast(prefix, LengthBytes, throwOnEndOfStream: false);
        var copy = new MemoryStream();
        copy.Write(prefix, 0, read);
        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (read == LengthBytes && headerBytes <= (ulong)MaxHeaderBytes)
        {
            CopyUpTo((long)headerBytes);
            if (copy.Length == LengthBytes + (long)headerBytes)
            {
                var header = copy.GetBuffer().AsMemory(LengthBytes, (int)headerBytes);
                CopyUpTo(Math.Min(SafetensorsHeader.ClaimedData(header, source), Array.MaxLength - copy.Length - 1) + 1);
            }
        }

        copy.Position = 0;
        return copy;

        void CopyUpTo(long bytes)
        {
            byte[] chunk = new byte[Math.Clamp(bytes, 1, 1 << 16)];
            for (int got = 1; bytes > 0 && got > 0; bytes -= got)
            {
                got = stream.Read(chunk, 0, (int)Math.Min(chunk.Length, bytes));
                copy.Write(chunk, 0, got);
            }
        }
    }

    private SafetensorsTensor Required(string name) => Tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new InvalidDataException($"{Source}: there is no tensor '{name}' among its {Tensors.Count} tensors.");

    private T[] Allocate<T>(SafetensorsTensor tensor) => tensor.Elements <= Array.MaxLength
        ? GC.AllocateUninitializedArray<T>((int)tensor.Elements)
        : throw new InvalidDataException(
            $"{Source}: tensor '{tensor.Name}' is {tensor.Describe()}, expected at most {Array.MaxLength} elements.");

    private InvalidDataException WrongType(SafetensorsTensor tensor, string expected) =>
        new($"{Source}: tensor '{tensor.Name}' is {tensor.DType.Name()}, expected {expected}.");
}
