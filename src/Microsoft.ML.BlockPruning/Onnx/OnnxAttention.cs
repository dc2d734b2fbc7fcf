using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>softmax(q kᵀ / √headDim) v over all tokens of an image, in MatMuls and a Softmax.</summary>
internal static class OnnxAttention
{
    /// <param name="graph">Where to.</param>
    /// <param name="spec">The heads.</param>
    /// <param name="qkv">[images, tokens, 3 · heads · headDim]: q, then k, then v, head after head in each.</param>
    /// <returns>[images, tokens, heads · headDim].</returns>
    public static string Add(IOnnxGraph graph, AttentionSpec spec, string qkv)
    {
        // In a Reshape 0 keeps a side. [3, images, heads, tokens, headDim]
        string split = graph.Node("Reshape", [qkv, graph.Constant("qkv_shape", [0, 0, 3, spec.Heads, spec.HeadDim])]);
        string parts = graph.Node("Transpose", [split], OnnxAttribute.Of("perm", 2, 0, 3, 1, 4));
        string q = graph.Node("Mul", [Part(0), graph.Scalar("scale", 1 / MathF.Sqrt(spec.HeadDim))]);
        string k = graph.Node("Transpose", [Part(1)], OnnxAttribute.Of("perm", 0, 1, 3, 2));
        string scores = graph.Node("Softmax", [graph.Node("MatMul", [q, k])], OnnxAttribute.Of("axis", -1L));
        string heads = graph.Node("Transpose", [graph.Node("MatMul", [scores, Part(2)])], OnnxAttribute.Of("perm", 0, 2, 1, 3));
        return graph.Node("Reshape", [heads, graph.Constant("heads_shape", [0, 0, spec.Heads * spec.HeadDim])]);

        string Part(long index) =>
            graph.Node("Gather", [parts, graph.Scalar("part", index)], OnnxAttribute.Of("axis", 0L));
    }
}
