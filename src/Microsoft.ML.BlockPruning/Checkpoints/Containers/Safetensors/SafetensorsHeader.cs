using System.Text.Json;
using System.Text.Unicode;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;

/// <summary>The checked JSON header of a safetensors file.</summary>
/// <remarks>
/// The format allows no overlap and no gap between tensors, so that no byte of the file is read twice or hidden
/// (github.com/huggingface/safetensors, "Format").
/// </remarks>
internal sealed class SafetensorsHeader
{
    private const string MetadataKey = "__metadata__";
    private readonly string _source;
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsTensor> _tensors = new(StringComparer.Ordinal);

    private SafetensorsHeader(string source) => _source = source;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors => _tensors;

    /// <summary>The tensors' names in the header's order.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Parses and checks a header.</summary>
    /// <param name="json">The header's bytes, without the length in front.</param>
    /// <param name="dataLength">Bytes that follow the header in the file.</param>
    /// <param name="source">What messages call the file.</param>
    /// <exception cref="InvalidDataException">The header breaks a rule of the format or does not fit the data.</exception>
    public static SafetensorsHeader Parse(ReadOnlyMemory<byte> json, long dataLength, string source)
    {
        var header = Parse(json, source);
        header.CheckLayout(dataLength);
        return header;
    }

    /// <summary>Bytes that must follow a header, by what it says itself.</summary>
    /// <exception cref="InvalidDataException">The header breaks a rule of the format.</exception>
    public static long ClaimedData(ReadOnlyMemory<byte> json, string source) =>
        Parse(json, source)._tensors.Values.Select(tensor => tensor.End).DefaultIfEmpty(0).Max();

    private static SafetensorsHeader Parse(ReadOnlyMemory<byte> json, string source)
    {
        var header = new SafetensorsHeader(source);
        if (json.Length == 0 || json.Span[0] != (byte)'{' || !Utf8.IsValid(json.Span))
        {
            throw header.Invalid("the header is not a JSON object in UTF-8. The file is damaged or not a safetensors file");
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            header.Read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with a lone surrogate, which System.Text.Json finds only when the string is read.
            throw new InvalidDataException($"{source}: the header is not valid JSON: {error.Message} The file is damaged.", error);
        }

        return header;
    }

    private void Read(JsonElement root)
    {
        bool hasMetadata = false;
        foreach (var property in root.EnumerateObject())
        {
            if (property.NameEquals(MetadataKey))
            {
                if (hasMetadata)
                {
                    throw Invalid($"the header holds '{MetadataKey}' twice");
                }

                hasMetadata = true;
                ReadMetadata(property.Value);
            }
            else if (!_tensors.TryAdd(property.Name, ReadTensor(property.Name, property.Value)))
            {
                throw Invalid($"tensor '{property.Name}': the header holds this name twice");
            }
        }
    }

    private void ReadMetadata(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Invalid($"'{MetadataKey}' is {Kind(value)}, expected an object of strings");
        }

        foreach (var entry in value.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.String)
            {
                throw Invalid($"'{MetadataKey}', key '{entry.Name}': found {Kind(entry.Value)}, expected a string");
            }

            if (!_metadata.TryAdd(entry.Name, entry.Value.GetString()!))
            {
                throw Invalid($"'{MetadataKey}' holds the key '{entry.Name}' twice");
            }
        }
    }

    private SafetensorsTensor ReadTensor(string name, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw Invalid(name, $"found {Kind(entry)}, expected an object with dtype, shape and data_offsets");
        }

        string? duplicate = entry.EnumerateObject().GroupBy(property => property.Name).FirstOrDefault(group => group.Count() > 1)?.Key;
        if (duplicate is not null)
        {
            throw Invalid(name, $"its entry holds '{duplicate}' twice");
        }

        var typeEntry = Member(name, entry, "dtype", JsonValueKind.String);
        if (!SafetensorsDTypes.TryParse(typeEntry.GetString(), out var type))
        {
            throw Invalid(name, $"unknown dtype '{typeEntry.GetString()}', expected one of {SafetensorsDTypes.Names}");
        }

        long[] shape = Integers(name, "shape", Member(name, entry, "shape", JsonValueKind.Array));
        long[] offsets = Integers(name, "data_offsets", Member(name, entry, "data_offsets", JsonValueKind.Array));
        if (offsets.Length != 2)
        {
            throw Invalid(name, $"data_offsets has {offsets.Length} numbers, expected 2: begin and end");
        }

        var tensor = new SafetensorsTensor(name, type, shape, offsets[0], offsets[1]);
        CheckSize(tensor);
        return tensor;
    }

    private void CheckSize(SafetensorsTensor tensor)
    {
        long bytes = tensor.DType.Size();
        try
        {
            bytes = tensor.Shape.Aggregate(bytes, (product, side) => checked(product * side));
        }
        catch (OverflowException)
        {
            throw Invalid(tensor.Name, $"{tensor.Describe()} has more than 2^63 bytes");
        }

        if (tensor.End < tensor.Begin || tensor.End - tensor.Begin != bytes)
        {
            throw Invalid(
                tensor.Name,
                $"{tensor.Describe()} takes {bytes} bytes, "
                + $"but data_offsets [{tensor.Begin}, {tensor.End}] span {tensor.End - tensor.Begin}");
        }
    }

    private void CheckLayout(long dataLength)
    {
        long at = 0;
        string before = "the header";
        foreach (var tensor in _tensors.Values.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End))
        {
            if (tensor.Begin != at)
            {
                string fault = tensor.Begin < at ? "overlaps" : "leaves a hole after";
                throw Invalid(tensor.Name, $"data_offsets [{tensor.Begin}, {tensor.End}] {fault} {before}, expected begin {at}");
            }

            at = tensor.End;
            before = $"tensor '{tensor.Name}'";
        }

        if (at > dataLength)
        {
            var first = _tensors.Values.Where(tensor => tensor.End > dataLength).MinBy(tensor => tensor.End)!;
            throw Invalid(
                first.Name,
                $"its data ends at byte {first.End}, but the file holds {dataLength} bytes of data. The file is cut off; fetch it again");
        }

        if (at < dataLength)
        {
            throw Invalid($"{dataLength - at} bytes follow {before}, expected the end of the file. The file is damaged");
        }
    }

    private JsonElement Member(string tensor, JsonElement entry, string key, JsonValueKind kind)
    {
        if (!entry.TryGetProperty(key, out var value))
        {
            throw Invalid(tensor, $"its entry has no '{key}'");
        }

        return value.ValueKind == kind
            ? value
            : throw Invalid(tensor, $"{key} is {Kind(value)}, expected {kind.ToString().ToLowerInvariant()}");
    }

    private long[] Integers(string tensor, string key, JsonElement array) =>
    [
        .. array.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long value) && value >= 0
            ? value
            : throw Invalid(tensor, $"{key} holds {item.GetRawText()}, expected whole numbers from 0 to 2^63 − 1")),
    ];

    private static string Kind(JsonElement value) => value.ValueKind.ToString().ToLowerInvariant();

    private InvalidDataException Invalid(string what) => new($"{_source}: {what}.");

    private InvalidDataException Invalid(string tensor, string what) => Invalid($"tensor '{tensor}': {what}");
}
