namespace Microsoft.ML.BlockPruning.Tests.Pruning.Criteria;

/// <summary>All that flowed through one layer.</summary>
/// <param name="Weight">[out, in].</param>
/// <param name="Inputs">[images · tokens, in].</param>
/// <param name="OutputGradients">[images · tokens, out], each of its own image's loss.</param>
/// <param name="WeightGradients">Per image, [out, in].</param>
internal sealed record LayerRecord(double[,] Weight, double[,] Inputs, double[,] OutputGradients, double[][,] WeightGradients);
