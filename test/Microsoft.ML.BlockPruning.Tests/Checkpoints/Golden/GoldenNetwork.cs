using System.Text.Json;
using Microsoft.ML.BlockPruning.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Golden;

/// <summary>An entry of manifest.json.</summary>
internal sealed class GoldenNetwork(JsonElement entry)
{
    public string Name => Text("name")!;

    /// <summary>What a user would give as ModelPath.</summary>
    public string ModelPath => GoldenFiles.Path(Text("path")!);

    /// <summary>The file of <c>input</c> [2, channels, size, size] and <c>logits</c> [2, classes].</summary>
    public string IoPath => GoldenFiles.Path(Text("io")!);

    /// <summary>must, should or later.</summary>
    public string Tier => Text("tier")!;

    /// <summary>The largest deviation over the largest logit.</summary>
    public double Tolerance => entry.GetProperty("tolerance").GetDouble();

    /// <summary>The classes' names; null where config.json has none.</summary>
    public string[]? Labels => Find("labels") is { } labels ? [.. labels.EnumerateArray().Select(label => label.GetString()!)] : null;

    /// <summary>What is done to an image first; null where no file says so.</summary>
    public JsonElement? Preprocessing => Find("preprocessing");

    /// <summary>What no file tells. A list of heads is a Swin's, whose tables tell them.</summary>
    public CheckpointOptions Options => new()
    {
        NumHeads = Find("options") is { } options && options.TryGetProperty("num_heads", out var heads)
            && heads.ValueKind == JsonValueKind.Number ? heads.GetInt32() : null,
        ImageSize = Find("options") is { } more && more.TryGetProperty("image_size", out var size) ? size.GetInt32() : null,
    };

    private string? Text(string key) => entry.GetProperty(key).GetString();

    private JsonElement? Find(string key) =>
        entry.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
