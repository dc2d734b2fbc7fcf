using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>In what numbers a pruned network is to be multiplied.</summary>
/// <param name="Format">Of all layers, or of as many as the budget allows.</param>
/// <param name="Budget">Mean KL divergence from float32 that is allowed, nats; null: whatever it costs.</param>
internal sealed record FormatRequest(
    [property: JsonConverter(typeof(JsonStringEnumConverter<ProductFormat>))] ProductFormat Format, double? Budget = null)
{
    /// <summary>float32 throughout.</summary>
    public static FormatRequest Float32 { get; } = new(ProductFormat.Float32);

    public override string ToString() => Budget is { } budget
        ? string.Create(CultureInfo.InvariantCulture, $"Auto({budget})")
        : Format.ToString();
}
