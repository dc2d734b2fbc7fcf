using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Changes one to three values or members of a JSON document, and leaves the rest valid.</summary>
internal sealed class JsonTreeEdit : IMutator
{
    // Stands in the tree for text that a tree cannot hold, such as half of a surrogate pair, and is replaced in the end.
    private const string Mark = "\"@raw@\"";

    public byte[]? TryMutate(byte[] input, byte[] other, Random random) =>
        Edited(Encoding.UTF8.GetString(input), random) is { } text ? Encoding.UTF8.GetBytes(text) : null;

    /// <summary>The text changed; null where it is no JSON.</summary>
    public static string? Edited(string text, Random random)
    {
        string? edited = EditedOnce(text, random);
        for (int more = random.Next(3); more > 0 && edited is not null && EditedOnce(edited, random) is { } again; more--)
        {
            edited = again;
        }

        return edited;
    }

    private static string? EditedOnce(string text, Random random)
    {
        try
        {
            var root = JsonNode.Parse(text);
            var nodes = new List<JsonNode?>();
            Collect(root, nodes);
            var parents = nodes.Where(node => node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 }).ToList();
            if (parents.Count == 0)
            {
                return Interesting.Json(random);
            }

            string raw = parents[random.Next(parents.Count)] switch
            {
                JsonObject parent => Edit(parent, nodes, random),
                JsonArray parent => Edit(parent, nodes, random),
                _ => "null",
            };
            return root!.ToJsonString().Replace($"{Mark}:{Mark}", raw, StringComparison.Ordinal)
                .Replace(Mark, raw, StringComparison.Ordinal);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            return null; // an earlier change made it one that no tree can hold
        }
    }

    private static void Collect(JsonNode? node, List<JsonNode?> nodes)
    {
        nodes.Add(node);
        foreach (var child in node switch
        {
            JsonObject parent => parent.Select(member => member.Value),
            JsonArray parent => parent,
            _ => [],
        })
        {
            Collect(child, nodes);
        }
    }

    /// <returns>What the mark stands for.</returns>
    private static string Edit(JsonObject parent, List<JsonNode?> nodes, Random random)
    {
        string key = parent.ElementAt(random.Next(parent.Count)).Key;
        switch (random.Next(8))
        {
            case 0:
                parent.Remove(key);
                return "";
            case 1:
                var moved = parent[key]?.DeepClone();
                parent.Remove(key);
                parent[key + "x"] = moved;
                return "";
            case 2: // the same member twice
                string twice = $"{JsonSerializer.Serialize(key)}:{parent[key]?.ToJsonString() ?? "null"}";
                parent["@raw@"] = "@raw@";
                return twice;
            case 3:
                parent[key] = nodes[random.Next(nodes.Count)]?.DeepClone();
                return "";
            default:
                parent[key] = "@raw@";
                return Interesting.Json(random);
        }
    }

    private static string Edit(JsonArray parent, List<JsonNode?> nodes, Random random)
    {
        int index = random.Next(parent.Count);
        switch (random.Next(6))
        {
            case 0:
                parent.RemoveAt(index);
                return "";
            case 1:
                parent.Insert(index, parent[index]?.DeepClone());
                return "";
            case 2:
                parent[index] = nodes[random.Next(nodes.Count)]?.DeepClone();
                return "";
            default:
                parent[index] = "@raw@";
                return Interesting.Json(random);
        }
    }
}
