using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>The network of a trial.</summary>
/// <param name="Network">The network.</param>
/// <param name="Report">What pruning found and measured; null where the executor did not tell.</param>
internal sealed record TrialModel(SparseViT Network, PruneReport? Report);
