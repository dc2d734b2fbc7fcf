using Microsoft.ML.BlockPruning.Network;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>Parameters of the network, as <see cref="NetworkCost"/> counts them.</summary>
internal sealed class ParameterCostModel(NetworkCost cost) : ICostModel
{
    public long FixedCost => cost.FixedParameters;

    public long CostOfBlock(string layerName, int elements) => elements;
}
