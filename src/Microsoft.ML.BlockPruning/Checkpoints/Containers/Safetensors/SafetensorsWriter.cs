using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;

/// <summary>Writes a safetensors file front to back: the same tensors and metadata give the same bytes.</summary>
/// <remarks>
/// Data starts at a multiple of 8 and wider elements come first, so every tensor is aligned for readers that map the file, as the
/// reference implementation does it. Tensors of one width keep the order in which they were added.
/// </remarks>
internal sealed class SafetensorsWriter : ITensorWriter
{
    private const int Alignment = 8;
    private const int ChunkElements = 1 << 20; // a span of bytes holds less than 2 GB
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly List<(string Name, SafetensorsDType DType, int[] Shape, long Bytes, Action<Stream> Write)> _tensors = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void AddMetadata(string key, string value) => _metadata.Add(key, value);

    /// <summary>Adds the SHA-256 of the whole file; the tensors are read twice when it is written, and never copied.</summary>
    public void AddChecksum() => _metadata.Add(SafetensorsChecksum.Key, SafetensorsChecksum.Placeholder);

    /// <inheritdoc/>
    public void Add(string name, int[] shape, float[] values) => Add(name, SafetensorsDType.F32, shape, values);

    /// <summary>Adds a tensor in the format that its numbers are in.</summary>
    /// <inheritdoc cref="Add(string, int[], float[])"/>
    public void Add(string name, int[] shape, CodedNumbers values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Format == NumberFormat.Float32)
        {
            Add(name, shape, values.ToSingles());
            return;
        }

        Add(name, SafetensorsDTypes.Of(values.Format), shape, values.Count, stream => stream.Write(values.Bytes));
    }

    /// <inheritdoc cref="Add(string, int[], float[])"/>
    public void Add(string name, int[] shape, int[] values) => Add(name, SafetensorsDType.I32, shape, values);

    /// <inheritdoc cref="Add(string, int[], float[])"/>
    public void Add(string name, int[] shape, long[] values) => Add(name, SafetensorsDType.I64, shape, values);

    /// <inheritdoc/>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var ordered = _tensors.OrderByDescending(tensor => tensor.DType.Size()).ToList(); // stable
        var header = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            if (_metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in _metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long at = 0;
            foreach (var tensor in ordered)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.DType.Name());
                WriteIntegers(json, "shape", tensor.Shape.Select(side => (long)side));
                WriteIntegers(json, "data_offsets", [at, at + tensor.Bytes]);
                json.WriteEndObject();
                at += tensor.Bytes;
            }

            json.WriteEndObject();
        }

        header.Write("       "u8[..((Alignment - (header.WrittenCount % Alignment)) % Alignment)]);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.WrittenCount);
        byte[] content = header.WrittenSpan.ToArray();
        if (_metadata.ContainsKey(SafetensorsChecksum.Key))
        {
            SafetensorsChecksum.Seal(length, content, WriteData);
        }

        stream.Write(length);
        stream.Write(content);
        WriteData(stream);

        void WriteData(Stream target)
        {
            foreach (var tensor in ordered)
            {
                tensor.Write(target);
            }
        }
    }

    private static void WriteIntegers(Utf8JsonWriter json, string name, IEnumerable<long> values)
    {
        json.WriteStartArray(name);
        foreach (long value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    private void Add<T>(string name, SafetensorsDType type, int[] shape, T[] values)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        Add(name, type, shape, values.Length, stream => WriteValues(stream, values));
    }

    private void Add(string name, SafetensorsDType type, int[] shape, int count, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(shape);
        long elements = shape.Aggregate(1L, (product, side) => checked(product * side));
        if (elements != count)
        {
            throw new ArgumentException($"Tensor '{name}' [{string.Join(", ", shape)}] needs {elements} values, found {count}.");
        }

        if (!_names.Add(name))
        {
            throw new ArgumentException($"The file already has a tensor '{name}'.", nameof(name));
        }

        _tensors.Add((name, type, shape, elements * type.Size(), write));
    }

    private static void WriteValues<T>(Stream stream, T[] values)
        where T : unmanaged
    {
        for (int start = 0; start < values.Length; start += ChunkElements)
        {
            stream.Write(MemoryMarshal.AsBytes(values.AsSpan(start, Math.Min(ChunkElements, values.Length - start))));
        }
    }
}
