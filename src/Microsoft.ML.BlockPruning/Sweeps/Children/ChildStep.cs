using Microsoft.ML.BlockPruning.Pruning;

namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>A step of pruning on its way to another process.</summary>
internal sealed record ChildStep(
    PruneStage Stage, int Done, int Total, int Shot, int Shots, double? ValidationTop1 = null, double? Share = null)
{
    public static ChildStep Of(PruneProgress step) =>
        new(step.Stage, step.Done, step.Total, step.Shot, step.Shots, step.ValidationTop1, step.Share);

    public PruneProgress ToProgress() => new(Stage, Done, Total, Shot, Shots, ValidationTop1) { Share = Share };
}
