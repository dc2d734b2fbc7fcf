using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>GELU in its forms, each in the order of nodes that ONNX Runtime joins to one.</summary>
/// <remarks>The operator Gelu is younger than opset 17.</remarks>
internal static class OnnxActivation
{
    /// <param name="graph">Where to.</param>
    /// <param name="spec">The form.</param>
    /// <param name="x">Any shape.</param>
    /// <returns>The same shape.</returns>
    public static string Add(IOnnxGraph graph, GeluSpec spec, string x) => spec.Form switch
    {
        GeluForm.Exact => Exact(graph, x),
        GeluForm.Tanh => Tanh(graph, x),
        GeluForm.Quick => Quick(graph, x),
        _ => throw new NotSupportedException($"GELU in the form {spec.Form} is not written as ONNX."),
    };

    // ½ x (1 + erf(x / √2))
    private static string Exact(IOnnxGraph graph, string x) =>
        Half(graph, x, graph.Node("Erf", [graph.Node("Div", [x, graph.Scalar("sqrt2", MathF.Sqrt(2))])]));

    // ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))
    private static string Tanh(IOnnxGraph graph, string x)
    {
        string cube = graph.Node("Mul", [graph.Node("Pow", [x, graph.Scalar("three", 3f)]), graph.Scalar("cubic", 0.044715f)]);
        string inner = graph.Node("Mul", [graph.Node("Add", [x, cube]), graph.Scalar("sqrt_2_pi", MathF.Sqrt(2 / MathF.PI))]);
        return Half(graph, x, graph.Node("Tanh", [inner]));
    }

    // x / (1 + exp(−1.702 x))
    private static string Quick(IOnnxGraph graph, string x) =>
        graph.Node("Mul", [x, graph.Node("Sigmoid", [graph.Node("Mul", [x, graph.Scalar("steepness", 1.702f)])])]);

    private static string Half(IOnnxGraph graph, string x, string distribution)
    {
        string product = graph.Node("Mul", [x, graph.Node("Add", [distribution, graph.Scalar("one", 1f)])]);
        return graph.Node("Mul", [product, graph.Scalar("half", 0.5f)]);
    }
}
