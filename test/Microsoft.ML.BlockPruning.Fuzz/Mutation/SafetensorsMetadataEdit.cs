using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Changes a free string of a safetensors header: as the JSON that it holds, or its numbers.</summary>
internal sealed class SafetensorsMetadataEdit : IMutator
{
    public byte[]? TryMutate(byte[] input, byte[] other, Random random)
    {
        try
        {
            return SafetensorsParts.Of(input) is { } parts && parts.Tree() is { } tree
                && SafetensorsParts.Metadata(tree) is { Count: > 0 } metadata && TryEdit(metadata, random)
                ? (parts with { Header = tree.ToJsonString() }).ToBytes() : null;
        }
        catch (Exception error) when (error is InvalidOperationException or JsonException or ArgumentException)
        {
            return null; // an earlier change made it one that no tree can hold
        }
    }

    private static bool TryEdit(JsonObject metadata, Random random)
    {
        string key = metadata.ElementAt(random.Next(metadata.Count)).Key;
        if (metadata[key] is not JsonValue value || !value.TryGetValue(out string? text))
        {
            return false;
        }

        metadata[key] = (random.Next(3) == 0 ? NumberTextEdit.Edited(text, random) : JsonTreeEdit.Edited(text, random)) ?? text + "0";
        return true;
    }
}
