namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>How far pruning has come.</summary>
public sealed class PruneProgress
{
    internal PruneProgress(PruneStage stage, int done, int total, double? validationTop1 = null)
    {
        Stage = stage;
        Done = done;
        Total = total;
        ValidationTop1 = validationTop1;
    }

    /// <summary>The stage that is running.</summary>
    public PruneStage Stage { get; }

    /// <summary>Steps of the stage that are done, from 1 to <see cref="Total"/>.</summary>
    public int Done { get; }

    /// <summary>Steps of the stage.</summary>
    public int Total { get; }

    /// <summary>Fraction of the held-out images, in [0, 1], whose class the network in training finds.</summary>
    /// <value>Null but at the end of an epoch of fine-tuning with labelled held-out images.</value>
    public double? ValidationTop1 { get; }
}
