using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>What pruning hands on.</summary>
/// <param name="Weights">The refitted network, zero in removed blocks.</param>
/// <param name="Plan">A mask for every prunable layer.</param>
internal sealed record PrunedNetwork(NetworkWeights Weights, SparsityPlan Plan)
{
    /// <summary>The dense network in the basis in which it was pruned.</summary>
    public required NetworkWeights Dense { get; init; }

    /// <summary>What was done to its basis, and left; empty where it is the one that it came in.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What was found on the way; null where the budget keeps everything, so that nothing was looked at.</summary>
    public PruneTrace? Trace { get; init; }
}
