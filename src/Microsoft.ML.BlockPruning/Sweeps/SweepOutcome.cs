using Microsoft.ML.BlockPruning.Inference;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>What a sweep found.</summary>
/// <param name="Results">In the order in which the tuner asked for them.</param>
/// <param name="Recommended">The trial to take; null where none was completed.</param>
/// <param name="Network">Its network; null where another process, or another run, pruned it.</param>
/// <param name="Ending">Why it ended.</param>
internal sealed record SweepOutcome(
    IReadOnlyList<TrialResult> Results, TrialResult? Recommended, SparseViT? Network, SweepEnding Ending);
