namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>Makes the progress of the stages of one shot.</summary>
/// <param name="Shot">Which shot, from 1.</param>
/// <param name="Shots">How many there are.</param>
/// <param name="OnProgress">Who is told; it may throw to cancel.</param>
internal sealed record ShotProgress(int Shot, int Shots, Action<PruneProgress> OnProgress)
{
    public StageProgress Start(PruneStage stage, int steps) => new(done => OnProgress(new PruneProgress(stage, done, steps, Shot, Shots)));
}
