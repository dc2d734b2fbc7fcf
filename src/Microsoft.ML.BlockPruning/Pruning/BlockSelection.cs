using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>What an <see cref="IBlockSelection"/> has chosen.</summary>
/// <param name="Plan">The blocks that stay.</param>
/// <param name="Prediction">What it predicts of them, where it does.</param>
internal sealed record BlockSelection(SparsityPlan Plan, DivergencePrediction? Prediction = null);
