using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Benchmarks.Rivals;

/// <summary>What a rival hands on.</summary>
/// <param name="Weights">Zero where something was removed.</param>
/// <param name="KeptMultiplyAdds">Fraction of the dense network's, by the one counter.</param>
internal sealed record RivalNetwork(NetworkWeights Weights, double KeptMultiplyAdds);
