using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>Four neighbours of a square grid as one token: top left, bottom left, top right, bottom right.</summary>
internal static class OnnxMerge
{
    /// <param name="graph">Where to.</param>
    /// <param name="merge">The step.</param>
    /// <param name="count">Tokens before it.</param>
    /// <param name="tokens">[images, count, features], the grid in row-major order; odd sides get zeros right of them and below.</param>
    /// <returns>[images, tokens after it, 4 · features].</returns>
    public static string Neighbours(IOnnxGraph graph, MergeSpec merge, int count, string tokens)
    {
        long side = (long)Math.Sqrt(count), half = MergeSpec.SideAfter(side), features = merge.Reduction.InFeatures / MergeSpec.Neighbours;
        string even = tokens;
        if (side % 2 != 0)
        {
            string grid = graph.Node("Reshape", [tokens, graph.Constant("grid_shape", [-1, side, side, features])]);
            even = graph.Node("Pad", [grid, graph.Constant("more", [0, 0, 0, 0, 0, 1, 1, 0])]); // before each side, then behind
        }

        // [images, row, row in pair, column, column in pair, features] → [images, row, column, column in pair, row in pair, features]
        string pairs = graph.Node("Reshape", [even, graph.Constant("pairs_shape", [-1, half, 2, half, 2, features])]);
        string ordered = graph.Node("Transpose", [pairs], OnnxAttribute.Of("perm", 0, 1, 3, 4, 2, 5));
        return graph.Node(
            "Reshape", [ordered, graph.Constant("merged_shape", [-1, half * half, MergeSpec.Neighbours * features])]);
    }
}
