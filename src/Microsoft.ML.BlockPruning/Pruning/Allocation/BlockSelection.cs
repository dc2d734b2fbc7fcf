using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>What an <see cref="IBlockSelection"/> has chosen.</summary>
/// <param name="Plan">The blocks that stay.</param>
/// <param name="Importances">Of every layer that may lose blocks; empty where the choice goes by none.</param>
/// <param name="Prediction">What it predicts of them, where it does.</param>
internal sealed record BlockSelection(
    SparsityPlan Plan, IReadOnlyList<LayerImportances> Importances, DivergencePrediction? Prediction = null);
