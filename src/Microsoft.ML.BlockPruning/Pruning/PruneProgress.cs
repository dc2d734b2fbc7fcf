namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>How far pruning has come.</summary>
public sealed class PruneProgress
{
    internal PruneProgress(PruneStage stage, int done, int total)
    {
        Stage = stage;
        Done = done;
        Total = total;
    }

    /// <summary>The stage that is running.</summary>
    public PruneStage Stage { get; }

    /// <summary>Steps of the stage that are done, from 1 to <see cref="Total"/>.</summary>
    public int Done { get; }

    /// <summary>Steps of the stage.</summary>
    public int Total { get; }
}
