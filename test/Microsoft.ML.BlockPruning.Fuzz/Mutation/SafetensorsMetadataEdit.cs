using System.Text.Json.Nodes;

namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Changes a free string of a safetensors header: as the JSON that it holds, or its numbers.</summary>
internal sealed class SafetensorsMetadataEdit : IMutator
{
    public byte[]? TryMutate(byte[] input, byte[] other, Random random)
    {
        if (SafetensorsParts.Of(input) is not { } parts || parts.Tree() is not { } tree
            || SafetensorsParts.Metadata(tree) is not { Count: > 0 } metadata)
        {
            return null;
        }

        string key = metadata.ElementAt(random.Next(metadata.Count)).Key;
        if (metadata[key] is not JsonValue value || !value.TryGetValue(out string? text))
        {
            return null;
        }

        metadata[key] = (random.Next(3) == 0 ? NumberTextEdit.Edited(text, random) : JsonTreeEdit.Edited(text, random)) ?? text + "0";
        return (parts with { Header = tree.ToJsonString() }).ToBytes();
    }
}
