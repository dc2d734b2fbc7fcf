using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>A completed trial.</summary>
/// <param name="Result">Its figures.</param>
/// <param name="Network">The pruned network; null from an executor that leaves it where it was made.</param>
internal sealed record TrialOutcome(TrialResult Result, SparseViT? Network);
