namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>A set of operators and its version, as a model declares those that its nodes are of.</summary>
internal sealed record OnnxOperators(string Domain, int Opset)
{
    /// <summary>The standard's; its version is the graph's.</summary>
    public static OnnxOperators Standard { get; } = new("", 0);
}
