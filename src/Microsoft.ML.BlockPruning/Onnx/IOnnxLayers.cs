using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>With which operators the parts of a network are written.</summary>
internal interface IOnnxLayers
{
    /// <summary>The graph that the parts go to.</summary>
    IOnnxGraph Graph { get; }

    /// <summary>y = x Wᵀ + b.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="x">[..., inFeatures].</param>
    /// <returns>[..., outFeatures].</returns>
    string Linear(OnnxLinear layer, string x);

    /// <summary>A norm over the last side.</summary>
    string Norm(NormSpec spec, LayerNormWeights weights, string x);

    /// <summary>A stream with what a branch gave added to it, and the norm of the sum.</summary>
    (string Sum, string Normed) AddAndNorm(NormSpec spec, LayerNormWeights weights, string stream, string branch);

    /// <summary>What stands between the two linear layers of a branch.</summary>
    /// <param name="branch">Its formula, and the tokens.</param>
    /// <param name="weights">Where a middle has weights of its own.</param>
    /// <param name="x">[images, tokens, features of the first layer].</param>
    /// <returns>[images, tokens, features that the second layer reads].</returns>
    string Middle(BranchSpec branch, SparseWeights weights, string x);
}
