using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>A safetensors file taken apart: the header's text and the data. No rule but the length in front is kept.</summary>
internal sealed record SafetensorsParts(string Header, byte[] Data)
{
    private const string MetadataKey = "__metadata__";
    private const int LengthBytes = sizeof(long);

    /// <summary>Takes a file apart; null where its length in front is not right.</summary>
    public static SafetensorsParts? Of(byte[] file)
    {
        if (file.Length < LengthBytes)
        {
            return null;
        }

        long length = BinaryPrimitives.ReadInt64LittleEndian(file);
        return length < 0 || length > file.Length - LengthBytes
            ? null
            : new SafetensorsParts(
                Encoding.UTF8.GetString(file, LengthBytes, (int)length), file[(LengthBytes + (int)length)..]);
    }

    public byte[] ToBytes()
    {
        byte[] header = Encoding.UTF8.GetBytes(Header);
        byte[] length = new byte[LengthBytes];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. Data];
    }

    /// <summary>The header as a tree; null where it is none.</summary>
    public JsonObject? Tree()
    {
        try
        {
            var tree = JsonNode.Parse(Header) as JsonObject;
            _ = tree?.Count; // finds members that are there twice
            return tree;
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The free strings of a header.</summary>
    public static JsonObject? Metadata(JsonObject tree) => tree[MetadataKey] as JsonObject;

    /// <summary>The tensors of a header, but those that an earlier change has made none of.</summary>
    public static IReadOnlyList<(string Name, JsonObject Entry)> Tensors(JsonObject tree) =>
    [
        .. tree.Where(member => member.Key != MetadataKey && member.Value is JsonObject entry && IsTensor(entry))
            .Select(member => (member.Key, (JsonObject)member.Value!)),
    ];

    private static bool IsTensor(JsonObject entry) =>
        entry["dtype"] is JsonValue type && type.TryGetValue<string>(out _) && AreIntegers(entry["shape"])
        && entry["data_offsets"] is JsonArray { Count: 2 } offsets && AreIntegers(offsets);

    private static bool AreIntegers(JsonNode? node) =>
        node is JsonArray array && array.All(item => item is JsonValue value && value.TryGetValue<long>(out _));

    /// <summary>The file with some of its free strings.</summary>
    public SafetensorsParts WithMetadata(Predicate<string> isKept)
    {
        var tree = Tree()!;
        var metadata = Metadata(tree)!;
        foreach (string key in metadata.Select(entry => entry.Key).Where(key => !isKept(key)).ToList())
        {
            metadata.Remove(key);
        }

        return this with { Header = tree.ToJsonString() };
    }
}
