using Microsoft.ML.BlockPruning.Onnx;

namespace Microsoft.ML.BlockPruning.Benchmarks.Onnx;

/// <summary>Linear layers in 8-bit integers, the activations' scale taken from each batch as it comes.</summary>
/// <remarks>
/// The nodes that onnxruntime.quantization.quantize_dynamic writes for a MatMul with constant weights; ONNX Runtime joins all of them, bias
/// included, to its DynamicQuantizeMatMul.
/// </remarks>
internal sealed class DynamicInt8Layers(OnnxGraph graph) : FusedLayers(graph)
{
    private readonly OnnxGraph _graph = graph;

    public override string Linear(OnnxLinear layer, string x)
    {
        var quantised = new Int8Weight(layer.Weight(), layer.OutFeatures);
        string name = layer.Name;
        string weight = _graph.Constant($"{name}.weight_quantized", () => quantised.Values, layer.InFeatures, layer.OutFeatures);
        string scales = _graph.Constant($"{name}.weight_scale", () => quantised.Scales, layer.OutFeatures);
        string zeros = _graph.Constant($"{name}.weight_zero_point", () => new sbyte[layer.OutFeatures], layer.OutFeatures);
        string bias = _graph.Constant($"{name}.bias", () => layer.Bias, layer.OutFeatures);

        string[] activations = _graph.Nodes(OnnxOperators.Standard, "DynamicQuantizeLinear", [x], [0, 1, 2]); // values, scale, zero point
        string product = _graph.Node("MatMulInteger", [activations[0], weight, activations[2], zeros]);
        string cast = _graph.Node("Cast", [product], OnnxAttribute.Of("to", (long)OnnxElement.Float));
        string scale = _graph.Node("Mul", [activations[1], scales]);
        return _graph.Node("Add", [_graph.Node("Mul", [cast, scale]), bias]);
    }
}
