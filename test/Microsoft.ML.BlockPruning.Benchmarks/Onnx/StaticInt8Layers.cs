using Microsoft.ML.BlockPruning.Onnx;

namespace Microsoft.ML.BlockPruning.Benchmarks.Onnx;

/// <summary>Linear layers in 8-bit integers with scales that are known beforehand, between QuantizeLinear and DequantizeLinear.</summary>
/// <remarks>
/// The nodes that onnxruntime.quantization.quantize_static writes by default around a MatMul with constant weights (QDQ, QInt8 for
/// activations and weights, per channel); ONNX Runtime joins them to its QLinearMatMul. The range of activations is a constant here, and
/// not calibrated: this is for speed alone.
/// </remarks>
internal sealed class StaticInt8Layers(OnnxGraph graph) : FusedLayers(graph)
{
    private const float Range = 8;
    private const float Scale = Range / 127;

    private readonly OnnxGraph _graph = graph;

    public override string Linear(OnnxLinear layer, string x)
    {
        var quantised = new Int8Weight(layer.Weight(), layer.OutFeatures);
        string name = layer.Name;
        string values = _graph.Constant($"{name}.weight_quantized", () => quantised.Values, layer.InFeatures, layer.OutFeatures);
        string scales = _graph.Constant($"{name}.weight_scale", () => quantised.Scales, layer.OutFeatures);
        string zeros = _graph.Constant($"{name}.weight_zero_point", () => new sbyte[layer.OutFeatures], layer.OutFeatures);
        string bias = _graph.Constant($"{name}.bias", () => layer.Bias, layer.OutFeatures);
        string weight = _graph.Node("DequantizeLinear", [values, scales, zeros], OnnxAttribute.Of("axis", 1L));
        string product = _graph.Node("MatMul", [Round(x, $"{name}.input"), weight]);
        return _graph.Node("Add", [Round(product, $"{name}.output"), bias]);
    }

    private string Round(string x, string name)
    {
        string scale = _graph.Constant($"{name}_scale", () => [Scale]);
        string zero = _graph.Constant($"{name}_zero_point", () => new sbyte[1]);
        return _graph.Node("DequantizeLinear", [_graph.Node("QuantizeLinear", [x, scale, zero]), scale, zero]);
    }
}
