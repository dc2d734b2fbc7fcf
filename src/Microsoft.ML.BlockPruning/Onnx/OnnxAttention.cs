using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>softmax(q kᵀ / √headDim) v over all tokens of an image, in MatMuls and a Softmax.</summary>
internal static class OnnxAttention
{
    private const int Parts = 3; // q, k and v

    /// <param name="graph">Where to.</param>
    /// <param name="spec">The heads.</param>
    /// <param name="qkv">[images, tokens, 3 · heads · headDim]: q, then k, then v, head after head in each.</param>
    /// <returns>[images, tokens, heads · headDim].</returns>
    public static string Add(IOnnxGraph graph, AttentionSpec spec, string qkv)
    {
        string[] parts = Split(graph, qkv, [0, 0, Parts, spec.Heads, spec.HeadDim], 2, 0, 3, 1, 4); // [images, heads, tokens, headDim]
        string context = Weigh(graph, Scores(graph, spec.HeadDim, parts, 0, 1, 3, 2), parts[2]);
        string heads = graph.Node("Transpose", [context], OnnxAttribute.Of("perm", 0, 2, 1, 3));
        return graph.Node("Reshape", [heads, graph.Constant("heads_shape", [0, 0, spec.Heads * spec.HeadDim])]);
    }

    /// <summary>q, k and v.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="qkv">The three behind each other in the last side.</param>
    /// <param name="shape">The sides that they are in truth; 0 keeps one.</param>
    /// <param name="order">Of the sides: the three first.</param>
    public static string[] Split(IOnnxGraph graph, string qkv, long[] shape, params long[] order)
    {
        string split = graph.Node("Reshape", [qkv, graph.Constant("qkv_shape", shape)]);
        string parts = graph.Node("Transpose", [split], OnnxAttribute.Of("perm", order));
        return
        [
            .. Enumerable.Range(0, Parts).Select(part =>
                graph.Node("Gather", [parts, graph.Scalar("part", (long)part)], OnnxAttribute.Of("axis", 0L))),
        ];
    }

    /// <summary>q kᵀ / √headDim.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="headDim">Features of a head.</param>
    /// <param name="parts">q and k, [..., tokens, headDim].</param>
    /// <param name="transposition">The order of k's sides in which the last two are swapped.</param>
    public static string Scores(IOnnxGraph graph, int headDim, string[] parts, params long[] transposition)
    {
        string q = graph.Node("Mul", [parts[0], graph.Scalar("scale", 1 / MathF.Sqrt(headDim))]);
        return graph.Node("MatMul", [q, graph.Node("Transpose", [parts[1]], OnnxAttribute.Of("perm", transposition))]);
    }

    /// <summary>softmax(scores) v.</summary>
    public static string Weigh(IOnnxGraph graph, string scores, string v) =>
        graph.Node("MatMul", [graph.Node("Softmax", [scores], OnnxAttribute.Of("axis", -1L)), v]);
}
