using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Allocation;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>What a method made.</summary>
/// <param name="Weights">Zero where something was removed.</param>
/// <param name="KeptMultiplyAdds">Fraction of the dense network's, by the one counter.</param>
internal sealed record AblatedNetwork(NetworkWeights Weights, double KeptMultiplyAdds)
{
    /// <summary>What the allocation said it would cost, where it says so.</summary>
    public DivergencePrediction? Prediction { get; init; }
}
