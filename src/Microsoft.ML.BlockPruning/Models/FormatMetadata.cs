using System.Text.Json;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>The entry of a file's metadata that says in what numbers layers are multiplied; there is none where all are float32.</summary>
/// <remarks>An entry of its own: older versions pass it over and score in float32.</remarks>
internal static class FormatMetadata
{
    private const string Key = "blockpruning_formats";

    /// <summary>Adds the entry.</summary>
    public static void Add(SafetensorsWriter writer, LayerFormats formats)
    {
        if (formats.Used.Any(format => format != ProductFormat.Float32))
        {
            var others = formats.Others.Where(other => other.Value != formats.Usual)
                .OrderBy(other => other.Key, StringComparer.Ordinal).ToDictionary(other => other.Key, other => other.Value.ToString());
            writer.AddMetadata(Key, JsonSerializer.Serialize(
                new FormatJson(formats.Usual.ToString(), others), MetadataJsonContext.Strict.FormatJson));
        }
    }

    /// <summary>Reads the entry; float32 where there is none.</summary>
    /// <param name="file">The file.</param>
    /// <param name="spec">Its network.</param>
    /// <exception cref="InvalidDataException">It is damaged, of a later version, or names a layer that is not there.</exception>
    public static LayerFormats ReadFrom(SafetensorsFile file, NetworkSpec spec)
    {
        if (!file.Metadata.TryGetValue(Key, out string? json))
        {
            return LayerFormats.Float32;
        }

        FormatJson formats;
        try
        {
            formats = JsonSerializer.Deserialize(json, MetadataJsonContext.Strict.FormatJson) ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{file.Source}: the metadata '{Key}' does not say formats: {error.Message}", error);
        }

        var names = spec.PrunableLinears.Select(linear => linear.Name).ToHashSet(StringComparer.Ordinal);
        foreach (string layer in formats.Others.Keys.Where(layer => !names.Contains(layer)))
        {
            throw new InvalidDataException(
                $"{file.Source}: the metadata '{Key}' names the layer '{layer}', which the network does not have.");
        }

        return new LayerFormats(
            Parse(file.Source, formats.Usual), formats.Others.ToDictionary(other => other.Key, other => Parse(file.Source, other.Value)));
    }

    private static ProductFormat Parse(string source, string name)
    {
        foreach (var format in Enum.GetValues<ProductFormat>())
        {
            if (format.ToString() == name)
            {
                return format;
            }
        }

        throw new InvalidDataException(
            $"{source}: the metadata '{Key}' says the format '{name}', this library knows "
            + $"{string.Join(", ", Enum.GetNames<ProductFormat>())}; update Microsoft.ML.BlockPruning.");
    }
}
