using Microsoft.ML.BlockPruning.Network;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>Multiply-adds of one image, as <see cref="NetworkCost"/> counts them.</summary>
internal sealed class FlopsCostModel(NetworkCost cost) : ICostModel
{
    public long FixedCost => cost.FixedMultiplyAdds;

    public long CostOfBlock(string layerName, int elements) => cost.MultiplyAddsOf(layerName, elements);
}
