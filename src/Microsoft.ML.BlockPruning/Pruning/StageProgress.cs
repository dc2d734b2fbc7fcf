namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>Counts the steps of one stage and reports each; threads may step at once, reports come one at a time.</summary>
internal sealed class StageProgress(PruneStage stage, int total, ShotProgress shot)
{
    private readonly Lock _gate = new();
    private int _done;

    /// <summary>Reports one more step. The report may throw to cancel.</summary>
    public void Step()
    {
        lock (_gate)
        {
            shot.OnProgress(new PruneProgress(stage, ++_done, total, shot.Shot, shot.Shots));
        }
    }
}
