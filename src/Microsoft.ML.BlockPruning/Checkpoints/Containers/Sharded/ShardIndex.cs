using System.Text.Json;
using Microsoft.ML.BlockPruning.Files;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Sharded;

/// <summary>An index of Hugging Face's: which file beside it holds which tensor.</summary>
/// <param name="Shards">[tensors] the tensor and its file's name, in the index's order.</param>
internal sealed record ShardIndex(IReadOnlyList<KeyValuePair<string, string>> Shards)
{
    private const long MostBytes = 4 << 20; // 40,000 tensors
    private const string Map = "weight_map";

    /// <summary>Reads and checks an index.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="InvalidDataException">It is no index, names a tensor twice, or a shard by more than a file's name.</exception>
    public static ShardIndex Read(string path, string source)
    {
        using var stream = RegularFile.Open(path);
        if (stream.Length > MostBytes)
        {
            throw new InvalidDataException($"{source} has {stream.Length} bytes, expected at most {MostBytes}: it is no index of shards.");
        }

        try
        {
            using var document = JsonDocument.Parse(stream, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return Of(document.RootElement, source);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text with a lone surrogate, found only when it is read.
            throw new InvalidDataException(
                $"{source} is a JSON text, but no index of shards: {error.Message} Give the file with the tensors, or its folder.", error);
        }
    }

    private static ShardIndex Of(JsonElement root, string source)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(Map, out var map) || map.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException(
                $"{source} is a JSON text, but no index of shards: it has no '{Map}'. Give the file with the tensors, or its folder.");
        }

        return new ShardIndex([.. map.EnumerateObject().Select(entry => KeyValuePair.Create(entry.Name, NameIn(entry, source)))]);
    }

    private static string NameIn(JsonProperty entry, string source)
    {
        string name = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : entry.Value.GetRawText();
        return entry.Value.ValueKind == JsonValueKind.String && IsFileName(name)
            ? name
            : throw new InvalidDataException(
                $"{source}: the shard name '{name}' is not a file name: a shard lies beside its index. Fetch the folder again.");
    }

    // On any system: a backslash separates on Windows, and a colon names a drive or a stream there.
    private static bool IsFileName(string name) =>
        name is not ("" or "." or "..") && name.Length <= 255 && !name.Any(one => one is '/' or '\\' or ':' || char.IsControl(one));
}
