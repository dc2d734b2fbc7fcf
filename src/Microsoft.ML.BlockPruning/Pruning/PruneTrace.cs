using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Refit;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>What pruning found out on its way, for a report; of the last shot.</summary>
/// <param name="Selection">The choice, with the importances it went by.</param>
/// <param name="Refit">How the refit came out.</param>
internal sealed record PruneTrace(BlockSelection Selection, RefitTrace Refit);
