using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>Operators of the standard alone, in the order in which ONNX Runtime knows what to join: any runtime reads them.</summary>
internal sealed class StandardLayers(IOnnxGraph graph) : IOnnxLayers
{
    private const int OpsetOfLayerNormalization = 17;

    public IOnnxGraph Graph => graph;

    public string Linear(OnnxLinear layer, string x)
    {
        string weight = graph.Constant($"{layer.Name}.weight", layer.Transposed, layer.InFeatures, layer.OutFeatures);
        string bias = graph.Constant($"{layer.Name}.bias", () => layer.Bias, layer.OutFeatures);
        return graph.Node("Add", [graph.Node("MatMul", [x, weight]), bias]);
    }

    public string Norm(NormSpec spec, LayerNormWeights weights, string x)
    {
        string scale = graph.Constant($"{spec.Name}.weight", () => weights.Scale, spec.Features);
        string offset = graph.Constant($"{spec.Name}.bias", () => weights.Offset, spec.Features);
        if (graph.Opset >= OpsetOfLayerNormalization)
        {
            return graph.Node(
                "LayerNormalization", [x, scale, offset], OnnxAttribute.Of("axis", -1L), OnnxAttribute.Of("epsilon", spec.Eps));
        }

        string centred = graph.Node("Sub", [x, Mean(x)]);
        string variance = Mean(graph.Node("Pow", [centred, graph.Scalar("two", 2f)]));
        string deviation = graph.Node("Sqrt", [graph.Node("Add", [variance, graph.Scalar("eps", spec.Eps)])]);
        return graph.Node("Add", [graph.Node("Mul", [graph.Node("Div", [centred, deviation]), scale]), offset]);
    }

    public (string Sum, string Normed) AddAndNorm(NormSpec spec, LayerNormWeights weights, string stream, string branch)
    {
        string sum = graph.Node("Add", [stream, branch]);
        return (sum, Norm(spec, weights, sum));
    }

    public string Middle(BranchSpec branch, SparseWeights weights, string x) => branch.Middle switch
    {
        AttentionSpec attention => OnnxAttention.Add(graph, attention, x),
        WindowAttentionSpec => OnnxWindowAttention.Add(graph, branch, weights, x),
        GeluSpec gelu => OnnxActivation.Add(graph, gelu, x),
        _ => throw new NotSupportedException($"A middle of the kind {branch.Middle.GetType().Name} is not written as ONNX."),
    };

    private string Mean(string x) => graph.Node("ReduceMean", [x], OnnxAttribute.Of("axes", [-1L]), OnnxAttribute.Of("keepdims", 1L));
}
