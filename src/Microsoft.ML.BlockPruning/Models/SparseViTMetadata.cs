using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Checkpoints.Families;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>What the tensors of a file do not say, from one JSON string in its metadata.</summary>
/// <remarks>
/// A ViT is its hyper-parameters (version 1), so that every version of the library reads it; any other network is its specification
/// (version 2), which the specification's constructor has checked.
/// </remarks>
internal sealed record SparseViTMetadata(NetworkSpec Spec, PixelMetadata Preprocessing, string[] Labels)
{
    private const int OfHyperParameters = 1;
    private const int OfSpecification = 2;
    private const string Key = "blockpruning";
    private const string NotesKey = "blockpruning_notes"; // an entry of its own: older versions pass it over

    /// <summary>Whether a file says that it is a network of this library.</summary>
    public static bool IsIn(SafetensorsFile file) => file.Metadata.ContainsKey(Key);

    /// <summary>Reads and checks; the network takes no more memory than the text and the file's tensors account for.</summary>
    /// <exception cref="InvalidDataException">There is none, it is damaged, or describes no network; says what.</exception>
    public static SparseViTMetadata ReadFrom(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue(Key, out string? json))
        {
            throw new InvalidDataException(
                $"{file.Source}: the metadata has no '{Key}', so it is no network of this library; a dense checkpoint is pruned first, or "
                + "scored with every block by LoadViT and blockprune's evaluate, predict, inspect and bench.");
        }

        try
        {
            // An encoder layer has more than one tensor: where the claim is of more layers than tensors, some are found to be missing.
            int mostLayers = Math.Max(1, file.Tensors.Count);
            return VersionOf(json) switch
            {
                OfSpecification => Parse(json, MetadataJsonContext.Strict.MetadataJsonNetworkSpec, network => network),
                0 or OfHyperParameters => Parse(
                    json, MetadataJsonContext.Strict.MetadataJsonViTHyperParameters, network => network.ToSpec(mostLayers)),
                int other => throw new InvalidDataException(
                    $"{file.Source}: the metadata is of version {other}, this library reads version {OfHyperParameters} and "
                    + $"{OfSpecification}; update Microsoft.ML.BlockPruning."),
            };
        }
        catch (ArgumentException error)
        {
            throw NoNetwork(file.Source, error);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NotSupportedException)
        {
            // InvalidOperationException: a string that is not valid Unicode. NotSupportedException: a part whose kind is not said.
            throw new InvalidDataException($"{file.Source}: the metadata '{Key}' does not describe a network: {error.Message}", error);
        }
    }

    /// <summary>The notes that <see cref="AddNotes"/> has added; none where there are none.</summary>
    public static IReadOnlyList<string> NotesIn(SafetensorsFile file)
    {
        try
        {
            string?[] notes = file.Metadata.TryGetValue(NotesKey, out string? json)
                ? JsonSerializer.Deserialize(json, MetadataJsonContext.Default.StringArray) ?? []
                : [];
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
            writer.AddMetadata(NotesKey, JsonSerializer.Serialize([.. notes], MetadataJsonContext.Default.StringArray));
        }
    }

    /// <summary>Adds what <see cref="ReadFrom"/> reads, and what Python's loaders and our dense loader ask for.</summary>
    public static void Add(SafetensorsWriter writer, NetworkSpec spec, ImagePreprocessing pixels, IReadOnlyList<string> labels)
    {
        var preprocessing = PixelMetadata.Of(pixels);
        if (ViT.TryConfigOf(spec) is { } config)
        {
            OwnMetadata.AddTo(writer, config);
            writer.AddMetadata(Key, JsonSerializer.Serialize(
                new(OfHyperParameters, ViTHyperParameters.Of(config), preprocessing, [.. labels]),
                MetadataJsonContext.Strict.MetadataJsonViTHyperParameters));
        }
        else
        {
            writer.AddMetadata("format", "pt");
            writer.AddMetadata(Key, JsonSerializer.Serialize(
                new(OfSpecification, spec, preprocessing, [.. labels]), MetadataJsonContext.Strict.MetadataJsonNetworkSpec));
        }
    }

    public ImagePreprocessing ToPreprocessing(string source)
    {
        try
        {
            return Preprocessing.For(Spec.ImageSize, Spec.Channels);
        }
        catch (ArgumentException error)
        {
            throw NoNetwork(source, error);
        }
    }

    private static SparseViTMetadata Parse<TNetwork>(
        string json, JsonTypeInfo<MetadataJson<TNetwork>> form, Func<TNetwork, NetworkSpec> specOf)
    {
        var metadata = JsonSerializer.Deserialize(json, form) ?? throw new JsonException("it is null");
        if (metadata.Network is null || metadata.Labels.Contains(null))
        {
            throw new JsonException(metadata.Network is null ? "the network is null" : "a label is null");
        }

        var spec = specOf(metadata.Network);
        return metadata.Labels.Length == spec.NumClasses
            ? new SparseViTMetadata(spec, metadata.Preprocessing, metadata.Labels)
            : throw new ArgumentException($"{metadata.Labels.Length} labels for {spec.NumClasses} classes");
    }

    // The rest of the text is read strictly by what its version says; where it says none, the strict reader tells so.
    private static int VersionOf(string json) =>
        JsonSerializer.Deserialize(json, MetadataJsonContext.Lenient.VersionJson)?.Version ?? 0;

    private static InvalidDataException NoNetwork(string source, ArgumentException error) =>
        new($"{source}: the metadata '{Key}' describes no network: {error.Message}", error);
}
