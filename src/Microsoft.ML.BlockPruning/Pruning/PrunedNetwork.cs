using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>What pruning hands on.</summary>
/// <param name="Weights">The refitted network, zero in removed blocks.</param>
/// <param name="Plan">A mask for every prunable layer.</param>
internal sealed record PrunedNetwork(ViTWeights Weights, SparsityPlan Plan)
{
    /// <summary>What the choice of the last shot is predicted to cost, where the selection says so.</summary>
    public DivergencePrediction? Prediction { get; init; }
}
