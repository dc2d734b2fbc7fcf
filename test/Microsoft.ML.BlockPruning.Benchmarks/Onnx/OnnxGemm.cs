namespace Microsoft.ML.BlockPruning.Benchmarks.Onnx;

/// <summary>An ONNX model of one linear layer, y = x Wᵀ + b, as exporters write it: a Gemm with a transposed constant weight.</summary>
internal static class OnnxGemm
{
    public const string Input = "x";

    /// <param name="weight">[outFeatures, inFeatures].</param>
    /// <param name="bias">[outFeatures].</param>
    /// <param name="rows">Rows of x, fixed.</param>
    /// <returns>The model and the name of its output.</returns>
    public static (byte[] Model, string Output) Create(float[] weight, float[] bias, int rows)
    {
        int outFeatures = bias.Length;
        int inFeatures = weight.Length / outFeatures;
        var graph = new OnnxGraph();
        string x = graph.Input(Input, rows, inFeatures);
        string w = graph.Constant("w", weight, outFeatures, inFeatures);
        string output = graph.Node("Gemm", [x, w, graph.Constant("b", bias, outFeatures)], OnnxAttribute.Of("transB", 1L));
        graph.Output(output, rows, outFeatures);
        return (graph.ToModel(), output);
    }
}
