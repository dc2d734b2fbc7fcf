using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>Bytes of the block-sparse network, as <see cref="NetworkCost.Bytes"/> counts them.</summary>
/// <remarks>A kept block is its real weights and one index; a layer that may lose blocks has its row pointers whatever it keeps.</remarks>
/// <param name="cost">The network's counter.</param>
/// <param name="grids">The layers that may lose blocks.</param>
internal sealed class BytesCostModel(NetworkCost cost, LayerGrids grids) : ICostModel
{
    public long FixedCost { get; } = cost.Bytes(cost.PrunableElements - grids.Elements, grids.RowPointers);

    public long CostOfBlock(string layerName, int elements) => cost.BytesOf(elements, indices: 1);
}
