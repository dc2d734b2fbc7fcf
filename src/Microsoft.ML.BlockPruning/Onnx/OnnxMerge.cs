using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>Four neighbours of a square grid as one token: top left, bottom left, top right, bottom right.</summary>
internal static class OnnxMerge
{
    /// <param name="graph">Where to.</param>
    /// <param name="merge">The step.</param>
    /// <param name="tokens">[images, 4 · tokens, features], the grid in row-major order.</param>
    /// <returns>[images, tokens, 4 · features].</returns>
    public static string Neighbours(IOnnxGraph graph, MergeSpec merge, string tokens)
    {
        long side = (long)Math.Sqrt(merge.Reduction.Tokens), features = merge.Reduction.InFeatures / MergeSpec.Neighbours;

        // [images, row, row in pair, column, column in pair, features] → [images, row, column, column in pair, row in pair, features]
        string pairs = graph.Node("Reshape", [tokens, graph.Constant("pairs_shape", [-1, side, 2, side, 2, features])]);
        string ordered = graph.Node("Transpose", [pairs], OnnxAttribute.Of("perm", 0, 1, 3, 4, 2, 5));
        return graph.Node(
            "Reshape", [ordered, graph.Constant("merged_shape", [-1, side * side, MergeSpec.Neighbours * features])]);
    }
}
