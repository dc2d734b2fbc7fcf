using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Checkpoints.Families;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>What the tensors of a file do not say, as one JSON string in its metadata.</summary>
internal sealed record SparseViTMetadata(int Version, NetworkMetadata Network, PixelMetadata Preprocessing, string[] Labels)
{
    private const int CurrentVersion = 1;
    private const string Key = "blockpruning";
    private const string NotesKey = "blockpruning_notes"; // an entry of its own: older versions pass it over

    private static readonly JsonSerializerOptions Strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    public static SparseViTMetadata Of(SparseViT network)
    {
        var config = network.Config;
        var pixels = network.Preprocessing;
        return new SparseViTMetadata(
            CurrentVersion,
            new NetworkMetadata(
                config.ImageSize, config.PatchSize, config.Channels, config.EmbedDim, config.Depth, config.NumHeads, config.MlpDim,
                config.NumClasses, config.IsDistilled, config.LayerNormEps),
            new PixelMetadata(
                [.. pixels.Mean], [.. pixels.Std], pixels.Resize, pixels.ResizeSize, pixels.Interpolation, pixels.ApplyOrientation),
            [.. network.LabelNames]);
    }

    public static SparseViTMetadata ReadFrom(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue(Key, out string? json))
        {
            throw new InvalidDataException(
                $"{file.Source}: the metadata has no '{Key}', so it is no network of this library; a dense checkpoint is pruned first.");
        }

        try
        {
            var metadata = JsonSerializer.Deserialize<SparseViTMetadata>(json, Strict) ?? throw new JsonException("it is null");
            return metadata.Labels.Contains(null)
                ? throw new JsonException("a label is null")
                : metadata.Version == CurrentVersion
                ? metadata
                : throw new InvalidDataException(
                    $"{file.Source}: the metadata is of version {metadata.Version}, this library reads version {CurrentVersion}.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not valid Unicode.
            throw new InvalidDataException($"{file.Source}: the metadata '{Key}' does not describe a network: {error.Message}", error);
        }
    }

    /// <summary>The notes that <see cref="AddNotes"/> has added; none where there are none.</summary>
    public static IReadOnlyList<string> NotesIn(SafetensorsFile file)
    {
        try
        {
            string?[] notes = file.Metadata.TryGetValue(NotesKey, out string? json) ? JsonSerializer.Deserialize<string[]>(json) ?? [] : [];
            return [.. notes.OfType<string>()];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{file.Source}: the metadata '{NotesKey}' is no list of texts: {error.Message}", error);
        }
    }

    /// <summary>Adds what a reader should know about the network besides its numbers.</summary>
    public static void AddNotes(SafetensorsWriter writer, IReadOnlyList<string> notes)
    {
        if (notes.Count > 0)
        {
            writer.AddMetadata(NotesKey, JsonSerializer.Serialize(notes));
        }
    }

    /// <summary>Adds itself and what Python's loaders and our dense loader ask for.</summary>
    public void AddTo(SafetensorsWriter writer)
    {
        OwnMetadata.AddTo(writer, Network.NumHeads, Network.LayerNormEps);
        writer.AddMetadata(Key, JsonSerializer.Serialize(this, Strict));
    }

    public ViTConfig ToConfig(string source) => Checked(source, () => new ViTConfig(
        Network.ImageSize, Network.PatchSize, Network.Channels, Network.EmbedDim, Network.Depth, Network.NumHeads, Network.MlpDim,
        Labels.Length == Network.NumClasses
            ? Network.NumClasses
            : throw new ArgumentException($"{Labels.Length} labels for {Network.NumClasses} classes"),
        Network.IsDistilled, Network.LayerNormEps));

    public ImagePreprocessing ToPreprocessing(string source) => Checked(source, () => new ImagePreprocessing(
        Network.ImageSize, Network.Channels, Preprocessing.Mean, Preprocessing.Std, Preprocessing.Resize, Preprocessing.ResizeSize,
        Preprocessing.Interpolation, Preprocessing.ApplyOrientation));

    private static T Checked<T>(string source, Func<T> create)
    {
        try
        {
            return create();
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"{source}: the metadata '{Key}' describes no network: {error.Message}", error);
        }
    }
}
