namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>What a budget of time asks to be measured.</summary>
/// <param name="Keep">Fraction of the dense time that remains, in (0, 1].</param>
/// <param name="BatchSize">Images of the batch.</param>
/// <param name="NumberOfThreads">Threads; null: one per logical processor.</param>
internal sealed record LatencyRequest(double Keep, int BatchSize, int? NumberOfThreads)
{
    public int Threads => NumberOfThreads ?? Environment.ProcessorCount;
}
