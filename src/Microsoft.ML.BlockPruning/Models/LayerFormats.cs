using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>In what numbers the layers of steps are multiplied on the processor. Patch embedding and heads are float32 always.</summary>
/// <param name="usual">Of all layers but the others.</param>
/// <param name="others">By the names of layers.</param>
internal sealed class LayerFormats(ProductFormat usual, IReadOnlyDictionary<string, ProductFormat>? others = null)
{
    /// <summary>float32 throughout.</summary>
    public static LayerFormats Float32 { get; } = new(ProductFormat.Float32);

    /// <summary>Of all layers but <see cref="Others"/>.</summary>
    public ProductFormat Usual { get; } = usual;

    /// <summary>By the names of layers.</summary>
    public IReadOnlyDictionary<string, ProductFormat> Others { get; } = others ?? new Dictionary<string, ProductFormat>();

    /// <summary>Those that occur, float32 of patch embedding and heads among them.</summary>
    public IEnumerable<ProductFormat> Used => Others.Values.Append(Usual).Append(ProductFormat.Float32).Distinct().Order();

    /// <summary>Of one layer.</summary>
    public ProductFormat this[string layer] => Others.GetValueOrDefault(layer, Usual);
}
