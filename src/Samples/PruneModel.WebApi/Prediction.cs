using System.Text.Json.Serialization;

namespace PruneModelSample.WebApi;

/// <summary>The answer to POST /predict: one of an image, a list of them for a form.</summary>
/// <param name="Label">The most probable class.</param>
/// <param name="Probability">Its probability, 0 to 1.</param>
/// <param name="Probabilities">The classes with their probabilities, the best first; <c>top</c> of them, or all.</param>
/// <param name="File">The name that the form gives the file; absent for an image that is the whole body.</param>
internal sealed record Prediction(
    string Label,
    float Probability,
    IReadOnlyList<LabelProbability> Probabilities,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonPropertyOrder(-1)] string? File = null);
