namespace PruneModelSample.WebApi;

/// <summary>The answer to POST /predict.</summary>
/// <param name="Label">The most probable class.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Probabilities">Of every class, the best first.</param>
internal sealed record Prediction(string Label, float Probability, IReadOnlyList<KeyValuePair<string, float>> Probabilities);
