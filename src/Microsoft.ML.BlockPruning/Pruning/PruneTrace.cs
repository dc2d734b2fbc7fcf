namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>What pruning found out on its way, for a report.</summary>
/// <param name="Criterion">Name of what rated the blocks.</param>
/// <param name="Importances">Of every layer that may lose blocks.</param>
/// <param name="Refits">By layer name; layers before the first removed block were not refitted and are absent.</param>
internal sealed record PruneTrace(
    string Criterion, IReadOnlyList<LayerImportances> Importances, IReadOnlyDictionary<string, RefitOutcome> Refits);
