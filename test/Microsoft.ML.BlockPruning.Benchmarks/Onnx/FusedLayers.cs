using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Onnx;

namespace Microsoft.ML.BlockPruning.Benchmarks.Onnx;

/// <summary>A network in ONNX Runtime's own operators.</summary>
/// <remarks>
/// Gelu (exact, by erf), SkipLayerNormalization (residual sum and norm in one) and MultiHeadAttention are what its transformer optimiser
/// puts in place of an exported ViT's. The rest it joins as it loads, such as a matrix with its bias.
/// </remarks>
internal class FusedLayers(OnnxGraph graph) : IOnnxLayers
{
    private static readonly OnnxOperators Own = new("com.microsoft", 1);
    private readonly StandardLayers _standard = new(graph);

    public IOnnxGraph Graph => graph;

    public virtual string Linear(OnnxLinear layer, string x) => _standard.Linear(layer, x);

    public string Norm(NormSpec spec, LayerNormWeights weights, string x) => _standard.Norm(spec, weights, x);

    public (string Sum, string Normed) AddAndNorm(NormSpec spec, LayerNormWeights weights, string stream, string branch)
    {
        string scale = graph.Constant($"{spec.Name}.weight", () => weights.Scale, spec.Features);
        string offset = graph.Constant($"{spec.Name}.bias", () => weights.Offset, spec.Features);
        string[] outputs = graph.Nodes(
            Own, "SkipLayerNormalization", [stream, branch, scale, offset], [0, 3], OnnxAttribute.Of("epsilon", spec.Eps));
        return (outputs[1], outputs[0]);
    }

    public string Middle(BranchSpec branch, SparseWeights weights, string x)
    {
        switch (branch.Middle)
        {
            case AttentionSpec attention:
                string[] parts = graph.Nodes(OnnxOperators.Standard, "Split", [x], [0, 1, 2], OnnxAttribute.Of("axis", 2L));
                return graph.Nodes(Own, "MultiHeadAttention", parts, [0], OnnxAttribute.Of("num_heads", (long)attention.Heads))[0];
            case GeluSpec { Form: GeluForm.Exact }:
                return graph.Nodes(Own, "Gelu", [x], [0])[0];
            default:
                return _standard.Middle(branch, weights, x);
        }
    }
}
