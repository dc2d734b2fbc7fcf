namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>
/// How far pruning has come. Reading comes once at the beginning, fine-tuning and measuring once at the end; every shot goes through the
/// stages between them anew.
/// </summary>
public sealed class PruneProgress
{
    private readonly double? _share;

    /// <summary>Tells of a step; for executors that pass on what happens elsewhere.</summary>
    /// <param name="stage">The stage that is running.</param>
    /// <param name="done">Steps of the stage that are done in this shot, from 0.</param>
    /// <param name="total">Steps of the stage in this shot; 0: not known.</param>
    /// <param name="shot">The shot that is running, from 1.</param>
    /// <param name="shots">Shots of the whole run.</param>
    /// <param name="validationTop1">Fraction of the held-out images, in [0, 1]; null: not told.</param>
    public PruneProgress(PruneStage stage, int done, int total, int shot = 1, int shots = 1, double? validationTop1 = null)
    {
        Stage = stage;
        Done = done;
        Total = total;
        Shot = shot;
        Shots = shots;
        ValidationTop1 = validationTop1;
    }

    /// <summary>The stage that is running.</summary>
    public PruneStage Stage { get; }

    /// <summary>Steps of the stage that are done in this shot, from 0, where it begins, to <see cref="Total"/>, where it ends.</summary>
    /// <value>More than 0 at the beginning where <see cref="BlockPruneEstimator.Options.CheckpointFolder"/> has some of them.</value>
    public int Done { get; }

    /// <summary>Steps of the stage in this shot.</summary>
    /// <value>0 where it is not known, as while a stream is read.</value>
    public int Total { get; }

    /// <summary>The share of the stage's work that is done, in [0, 1], about in proportion to the time that it takes.</summary>
    /// <value>Null where <see cref="Total"/> is not known. Steps differ in size, so that it is not their share.</value>
    public double? Share
    {
        get => _share ?? (Total > 0 ? (double)Done / Total : null);
        init => _share = value;
    }

    /// <summary>The shot that is running, from 1 to <see cref="Shots"/>.</summary>
    public int Shot { get; }

    /// <summary>Shots of the whole run, as <see cref="BlockPruneEstimator.Options.Shots"/> asks for.</summary>
    public int Shots { get; }

    /// <summary>Fraction of the held-out images, in [0, 1], whose class the network in training finds.</summary>
    /// <value>Null but at the end of an epoch of fine-tuning with labelled held-out images.</value>
    public double? ValidationTop1 { get; }
}
