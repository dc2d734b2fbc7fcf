using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>How the metadata is read and written, by code that the compiler generates: an application that is trimmed or compiled ahead
/// of time has no reflection for it.</summary>
[JsonSerializable(typeof(MetadataJson<NetworkSpec>))]
[JsonSerializable(typeof(MetadataJson<ViTHyperParameters>))]
[JsonSerializable(typeof(VersionJson))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(FormatJson))]
internal sealed partial class MetadataJsonContext : JsonSerializerContext
{
    /// <summary>Nothing unknown, missing, doubled or null.</summary>
    public static MetadataJsonContext Strict { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        Converters =
        {
            new JsonStringEnumConverter<GeluForm>(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new JsonStringEnumConverter<ImageResize>(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new JsonStringEnumConverter<ImageInterpolation>(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new JsonStringEnumConverter<CropRounding>(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
        },
    });

    /// <summary>Anything that has a version.</summary>
    public static MetadataJsonContext Lenient { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web));
}
