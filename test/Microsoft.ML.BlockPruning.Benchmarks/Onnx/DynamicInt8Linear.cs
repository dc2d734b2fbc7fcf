using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Benchmarks.Onnx;

/// <summary>A linear layer in 8-bit integers, the activations' scale taken from each batch as it comes.</summary>
/// <remarks>
/// The nodes that onnxruntime.quantization.quantize_dynamic writes for a MatMul with constant weights; ONNX Runtime joins all of them, bias
/// included, to its DynamicQuantizeMatMul.
/// </remarks>
internal sealed class DynamicInt8Linear : IOnnxLinear
{
    public string Add(OnnxGraph graph, LinearWeights layer, string x)
    {
        var quantised = new Int8Weight(layer.Weight, layer.OutFeatures);
        string name = layer.Name;
        string weight = graph.Constant($"{name}.weight_quantized", quantised.Values, layer.InFeatures, layer.OutFeatures);
        string scales = graph.Constant($"{name}.weight_scale", quantised.Scales, layer.OutFeatures);
        string zeros = graph.Constant($"{name}.weight_zero_point", new sbyte[layer.OutFeatures], layer.OutFeatures);
        string bias = graph.Constant($"{name}.bias", layer.Bias, layer.OutFeatures);

        string[] activations = graph.Nodes("DynamicQuantizeLinear", [x], [0, 1, 2]); // values, scale, zero point
        string product = graph.Node("MatMulInteger", [activations[0], weight, activations[2], zeros]);
        string cast = graph.Node("Cast", [product], OnnxAttribute.Of("to", (long)OnnxElement.Float32));
        string scale = graph.Node("Mul", [activations[1], scales]);
        return graph.Node("Add", [graph.Node("Mul", [cast, scale]), bias]);
    }
}
