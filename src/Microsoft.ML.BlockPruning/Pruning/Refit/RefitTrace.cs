namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>How a refit came out.</summary>
/// <param name="Outcomes">By layer name; layers that were not fitted are absent.</param>
/// <param name="LeftAsFitted">Layers, by name, none of whose steps a reconstruction helped: all were undone.</param>
internal sealed record RefitTrace(IReadOnlyDictionary<string, RefitOutcome> Outcomes, IReadOnlyList<string> LeftAsFitted)
{
    /// <summary>Nothing was fitted.</summary>
    public static RefitTrace Nothing { get; } = new(new Dictionary<string, RefitOutcome>(), []);
}
