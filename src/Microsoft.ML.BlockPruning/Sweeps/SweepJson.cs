using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>How a sweep writes JSON: names in camelCase, numbers in full precision, what is null left out.</summary>
internal static class SweepJson
{
    public static JsonSerializerOptions Form { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new BlockShapeJsonConverter(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}
