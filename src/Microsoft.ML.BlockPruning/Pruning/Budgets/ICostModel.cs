namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>What a network costs as its blocks go: a fixed part plus a sum over kept blocks. Budgets are in the same unit.</summary>
internal interface ICostModel
{
    /// <summary>Cost of all that pruning cannot remove.</summary>
    long FixedCost { get; }

    /// <summary>Cost of one kept block; positive.</summary>
    /// <param name="layerName">Canonical name of the prunable layer.</param>
    /// <param name="elements">Weights that the block really holds (fewer at a ragged edge).</param>
    long CostOfBlock(string layerName, int elements);
}
