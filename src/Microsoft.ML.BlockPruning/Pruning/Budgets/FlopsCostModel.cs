using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>Multiply-adds of one image, as <see cref="NetworkCost"/> counts them.</summary>
/// <param name="cost">The network's counter.</param>
/// <param name="grids">The layers that may lose blocks; null: all.</param>
internal sealed class FlopsCostModel(NetworkCost cost, LayerGrids? grids = null) : ICostModel
{
    public long FixedCost { get; } = cost.MultiplyAdds(linear => grids?.Contains(linear.Name) == false ? linear.Elements : 0);

    public long CostOfBlock(string layerName, int elements) => cost.MultiplyAddsOf(layerName, elements);
}
