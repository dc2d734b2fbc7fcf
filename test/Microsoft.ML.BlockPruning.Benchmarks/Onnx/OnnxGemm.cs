using Microsoft.ML.BlockPruning.Onnx;

namespace Microsoft.ML.BlockPruning.Benchmarks.Onnx;

/// <summary>An ONNX model of one linear layer, y = x Wᵀ + b, as exporters write it: a Gemm with a transposed constant weight.</summary>
internal static class OnnxGemm
{
    public const string Input = "x";
    public const string Output = "y";

    /// <param name="weight">[outFeatures, inFeatures].</param>
    /// <param name="bias">[outFeatures].</param>
    /// <param name="rows">Rows of x, fixed.</param>
    /// <returns>The model.</returns>
    public static byte[] Create(float[] weight, float[] bias, int rows)
    {
        int outFeatures = bias.Length;
        int inFeatures = weight.Length / outFeatures;
        var graph = new OnnxGraph();
        string x = graph.Input(Input, rows, inFeatures);
        string w = graph.Constant("w", () => weight, outFeatures, inFeatures);
        string y = graph.Node("Gemm", [x, w, graph.Constant("b", () => bias, outFeatures)], OnnxAttribute.Of("transB", 1L));
        graph.Output(y, Output, rows, outFeatures);
        return graph.ToBytes();
    }
}
