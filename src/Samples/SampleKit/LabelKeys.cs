using Microsoft.ML;
using Microsoft.ML.Transforms;

namespace SampleKit;

/// <summary>Turns the label's text into a key.</summary>
internal static class LabelKeys
{
    private const string Label = nameof(PixelRow.Label);

    /// <param name="context">Owns the estimator.</param>
    /// <param name="classes">
    /// All classes in the order that the keys keep, for an IDX file's numbers mean it; the data may hold only some.
    /// </param>
    public static IEstimator<ITransformer> Estimator(MLContext context, IReadOnlyList<string> classes) =>
        context.Transforms.Conversion.MapValueToKey(
            Label,
            keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByOccurrence,
            keyData: context.Data.LoadFromEnumerable(classes.Select(name => new ClassName { Label = name })));

    private sealed class ClassName
    {
        public string Label { get; set; } = "";
    }
}
