using Microsoft.ML.BlockPruning.Sweeps.Executors;

namespace Microsoft.ML.BlockPruning.Sweeps.Running;

/// <summary>What a sweep found.</summary>
/// <param name="Results">In the order in which the tuner asked for them.</param>
/// <param name="Recommended">The trial to take; null where none was completed.</param>
/// <param name="Final">The recommended trial with the final refit; null where it was not run.</param>
/// <param name="Models">Those that were kept; none of a trial that another run, or another process, pruned.</param>
/// <param name="Ending">Why it ended.</param>
internal sealed record SweepOutcome(
    IReadOnlyList<TrialResult> Results, TrialResult? Recommended, TrialResult? Final, IReadOnlyDictionary<Trial, TrialModel> Models,
    SweepEnding Ending)
{
    /// <summary>The trial whose network is the sweep's answer: with the final refit where that was completed.</summary>
    public TrialResult? Answer => Final is { IsCompleted: true } ? Final : Recommended;
}
