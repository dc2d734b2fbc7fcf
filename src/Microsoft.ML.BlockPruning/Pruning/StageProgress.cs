namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>Counts the steps of one stage and reports each; threads may step at once, reports come one at a time.</summary>
/// <param name="report">Told the number of steps done; it may throw to cancel.</param>
internal sealed class StageProgress(Action<int> report)
{
    private readonly Lock _gate = new();
    private int _done;

    /// <summary>Reports one more step. The report may throw to cancel.</summary>
    public void Step()
    {
        lock (_gate)
        {
            report(++_done);
        }
    }
}
