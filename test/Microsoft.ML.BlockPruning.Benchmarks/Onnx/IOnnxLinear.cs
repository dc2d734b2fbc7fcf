using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Benchmarks.Onnx;

/// <summary>How a linear layer is written into a graph: what tells the fp32 network from the int8 one.</summary>
internal interface IOnnxLinear
{
    /// <summary>Adds y = x Wᵀ + b.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="layer">Weights; copied into the graph.</param>
    /// <param name="x">Name of [..., inFeatures].</param>
    /// <returns>Name of [..., outFeatures].</returns>
    string Add(OnnxGraph graph, LinearWeights layer, string x);
}
