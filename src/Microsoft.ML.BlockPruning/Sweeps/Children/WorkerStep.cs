using Microsoft.ML.BlockPruning.Pruning;

namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>A step of pruning on its way to another process.</summary>
internal sealed record WorkerStep(PruneStage Stage, int Done, int Total, int Shot, int Shots)
{
    public static WorkerStep Of(PruneProgress step) => new(step.Stage, step.Done, step.Total, step.Shot, step.Shots);

    public PruneProgress ToProgress() => new(Stage, Done, Total, Shot, Shots);
}
