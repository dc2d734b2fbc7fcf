using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>Multiply-adds of one image, as <see cref="NetworkCost"/> counts them.</summary>
/// <param name="cost">The network's counter.</param>
/// <param name="denseElements">Weights of prunable layers that stay dense.</param>
internal sealed class FlopsCostModel(NetworkCost cost, long denseElements = 0) : ICostModel
{
    public long FixedCost => cost.MultiplyAdds(denseElements);

    public long CostOfBlock(string layerName, int elements) => cost.MultiplyAddsOf(layerName, elements);
}
