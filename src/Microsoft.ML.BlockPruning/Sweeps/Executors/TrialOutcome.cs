using Microsoft.ML.BlockPruning.Inference;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>A completed trial.</summary>
/// <param name="Result">Its figures.</param>
/// <param name="Network">The pruned network; null from an executor that leaves it where it was made.</param>
internal sealed record TrialOutcome(TrialResult Result, SparseViT? Network);
