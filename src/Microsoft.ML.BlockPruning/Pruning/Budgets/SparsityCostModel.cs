namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>Every prunable block costs one; the budget is the number of blocks to keep.</summary>
internal sealed class SparsityCostModel : ICostModel
{
    public long FixedCost => 0;

    public long CostOfBlock(string layerName, int elements) => 1;
}
