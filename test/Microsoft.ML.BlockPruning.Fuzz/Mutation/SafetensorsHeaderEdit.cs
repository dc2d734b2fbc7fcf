using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>
/// Gives tensors of a safetensors file other shapes, types or names, and data and offsets that fit: what comes after the format's own rules
/// is reached by such files only.
/// </summary>
internal sealed class SafetensorsHeaderEdit : IMutator
{
    private const int LargestTensor = 1 << 14;

    public byte[]? TryMutate(byte[] input, byte[] other, Random random)
    {
        try
        {
            return SafetensorsParts.Of(input) is { } parts && parts.Tree() is { } tree ? Mutate(tree, parts.Data, random) : null;
        }
        catch (Exception error) when (error is InvalidOperationException or JsonException or ArgumentException)
        {
            return null; // an earlier change made it one that no tree can hold
        }
    }

    private static byte[]? Mutate(JsonObject tree, byte[] data, Random random)
    {
        var tensors = SafetensorsParts.Tensors(tree)
            .Select(tensor => (tensor.Name, tensor.Entry, Content: ContentOf(tensor.Entry, data))).ToList();
        if (tensors.Count == 0)
        {
            return null;
        }

        var (name, entry, content) = tensors[random.Next(tensors.Count)];
        switch (random.Next(5))
        {
            case 0:
                tree.Remove(name);
                tensors.RemoveAll(tensor => tensor.Name == name);
                break;
            case 1: // the name of a layer, or of another tensor
                string renamed = random.Next(2) == 0
                    ? name.Replace("blocks.0", $"blocks.{Interesting.Integer(random)}", StringComparison.Ordinal)
                    : tensors[random.Next(tensors.Count)].Name + (random.Next(2) == 0 ? "x" : "");
                var clone = (JsonObject)entry.DeepClone();
                if (tree.TryAdd(renamed, clone))
                {
                    tensors.Add((renamed, clone, content));
                }

                break;
            case 2:
                entry["dtype"] = new[] { "F32", "I32", "U32", "F16", "BF16", "F64", "I64", "BOOL", "F8_E4M3" }[random.Next(9)];
                Resize(tensors, name, random);
                break;
            default:
                entry["shape"] = new JsonArray([.. Sides(entry, random)]);
                Resize(tensors, name, random);
                break;
        }

        return Joined(tree, tensors.Select(tensor => (tensor.Entry, tensor.Content)));
    }

    // A side of 0 makes every other side possible: the tensor takes no byte.
    private static IEnumerable<JsonNode?> Sides(JsonObject entry, Random random)
    {
        var sides = entry["shape"]!.AsArray().Select(side => side!.GetValue<long>()).ToList();
        if (sides.Count == 0 || random.Next(6) == 0)
        {
            sides.Add(random.Next(3));
        }

        int at = random.Next(sides.Count);
        sides[at] = random.Next(3) switch
        {
            0 => Math.Max(0, Interesting.Integer(random)),
            1 => Math.Max(0, sides[at] + random.Next(-2, 3)),
            _ => random.Next(2) == 0 ? sides[at] * 2 : 0,
        };
        if (random.Next(8) == 0)
        {
            sides.Reverse();
        }

        return sides.Select(side => (JsonNode?)JsonValue.Create(side));
    }

    private static void Resize(List<(string Name, JsonObject Entry, byte[] Content)> tensors, string name, Random random)
    {
        int at = tensors.FindIndex(tensor => tensor.Name == name);
        var (_, entry, old) = tensors[at];
        long elements = entry["shape"]!.AsArray().Aggregate(1L, (product, side) => unchecked(product * side!.GetValue<long>()));
        long bytes = unchecked(elements * (entry["dtype"]!.GetValue<string>() switch
        {
            "F64" or "I64" => 8,
            "F16" or "BF16" => 2,
            "BOOL" or "F8_E4M3" => 1,
            _ => 4,
        }));
        byte[] content = new byte[Math.Clamp(bytes, 0, LargestTensor)];
        random.NextBytes(content);
        if (random.Next(2) == 0)
        {
            Array.Clear(content);
        }

        old.AsSpan(0, Math.Min(old.Length, content.Length)).CopyTo(content);
        tensors[at] = (name, entry, content);
    }

    private static byte[] ContentOf(JsonObject entry, byte[] data)
    {
        var offsets = entry["data_offsets"]!.AsArray();
        int begin = (int)Math.Clamp(offsets[0]!.GetValue<long>(), 0, data.Length);
        int end = (int)Math.Clamp(offsets[1]!.GetValue<long>(), begin, data.Length);
        return data[begin..end];
    }

    private static byte[] Joined(JsonObject tree, IEnumerable<(JsonObject Entry, byte[] Content)> tensors)
    {
        using var data = new MemoryStream();
        foreach (var (entry, content) in tensors)
        {
            entry["data_offsets"] = new JsonArray(data.Length, data.Length + content.Length);
            data.Write(content);
        }

        return new SafetensorsParts(tree.ToJsonString(), data.ToArray()).ToBytes();
    }
}
