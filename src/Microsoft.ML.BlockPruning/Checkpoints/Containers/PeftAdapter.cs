using System.Text.Json;
using Microsoft.ML.BlockPruning.Files;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers;

/// <summary>An adapter of PEFT's: what is to be added to a network that lies elsewhere, told by its adapter_config.json.</summary>
/// <param name="Kind">Such as LORA.</param>
/// <param name="Base">The network that it belongs to.</param>
internal sealed record PeftAdapter(string Kind, string Base)
{
    private const string Config = "adapter_config.json";
    private const string Weights = "adapter_model.";
    private const long MostBytes = 1 << 20;

    /// <summary>The adapter that a file is; null where it is none.</summary>
    public static PeftAdapter? In(string path) =>
        Path.GetFileName(path) is { } name && (name == Config || name.StartsWith(Weights, StringComparison.Ordinal))
            ? InFolder(Path.GetDirectoryName(Path.GetFullPath(path))!)
            : null;

    /// <summary>The adapter of a folder; null where there is none.</summary>
    public static PeftAdapter? InFolder(string folder)
    {
        string path = Path.Combine(folder, Config);
        if (!File.Exists(path))
        {
            return null;
        }

        var unknown = new PeftAdapter("of some kind", "some network");
        try
        {
            using var stream = RegularFile.Open(path);
            using var config = stream.Length <= MostBytes ? JsonDocument.Parse(stream) : JsonDocument.Parse("{}");
            return new PeftAdapter(
                Text(config.RootElement, "peft_type") ?? unknown.Kind, Text(config.RootElement, "base_model_name_or_path") ?? unknown.Base);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return unknown; // it is an adapter all the same
        }
    }

    /// <summary>Why it is not read.</summary>
    public InvalidDataException Refusal(string path) => new(
        $"'{path}': this is a PEFT adapter ({Kind} for '{Base}'), not a network. Merge it first, in Python: "
        + "model.merge_and_unload().save_pretrained(...).");

    private static string? Text(JsonElement root, string key) =>
        root.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
