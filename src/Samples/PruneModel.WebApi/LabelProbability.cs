namespace PruneModelSample.WebApi;

/// <summary>A class and its probability.</summary>
internal sealed record LabelProbability(string Label, float Probability);
