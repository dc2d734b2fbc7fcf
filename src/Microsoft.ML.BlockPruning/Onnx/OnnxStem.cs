using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>Pixels to tokens: the patch convolution, prefix tokens before it, positions on all, a norm.</summary>
internal static class OnnxStem
{
    /// <param name="layers">With which operators.</param>
    /// <param name="network">The network.</param>
    /// <param name="pixels">[images, channels, size, size], normalised.</param>
    /// <returns>[images, tokens, features].</returns>
    public static string Add(IOnnxLayers layers, SparseViT network, string pixels)
    {
        var (graph, spec, stem) = (layers.Graph, network.Spec, network.Spec.Stem);
        int features = stem.Patch.OutFeatures, patch = stem.PatchSize;
        var convolution = network.Weights.Dense(stem.Patch);
        string weight = graph.Constant(
            $"{convolution.Name}.weight", () => convolution.Weight, features, spec.Channels, patch, patch);
        string bias = graph.Constant($"{convolution.Name}.bias", () => convolution.Bias, features);
        string grid = graph.Node(
            "Conv", [pixels, weight, bias], OnnxAttribute.Of("kernel_shape", patch, patch), OnnxAttribute.Of("strides", patch, patch));
        string rows = graph.Node("Reshape", [grid, graph.Constant("patches_shape", [0, features, (long)spec.GridSize * spec.GridSize])]);
        string tokens = graph.Node("Transpose", [rows], OnnxAttribute.Of("perm", 0, 2, 1));
        if (stem.PrefixTokens.Count > 0)
        {
            string prefix = ForEachImage(
                graph, tokens, "prefix_tokens", () => [.. stem.PrefixTokens.SelectMany(name => network.Weights[name])],
                stem.PrefixTokens.Count, features);
            tokens = graph.Node("Concat", [prefix, tokens], OnnxAttribute.Of("axis", 1L));
        }

        if (stem.Position is { } position)
        {
            string added = graph.Constant(position, () => network.Weights[position], 1, spec.Tokens, features);
            tokens = graph.Node("Add", [tokens, added]);
        }

        return stem.Norm is { } norm ? layers.Norm(norm, network.Weights[norm], tokens) : tokens;
    }

    /// <summary>Rows that are the same for every image.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="like">[images, …]: says how many images there are.</param>
    /// <param name="name">What to call the rows.</param>
    /// <param name="rows">[count, features].</param>
    /// <param name="count">Rows.</param>
    /// <param name="features">Features of a row.</param>
    /// <returns>[images, count, features].</returns>
    public static string ForEachImage(IOnnxGraph graph, string like, string name, Func<float[]> rows, long count, long features)
    {
        string images = graph.Node(
            "Gather", [graph.Node("Shape", [like]), graph.Constant("first", [0])], OnnxAttribute.Of("axis", 0L));
        string shape = graph.Node("Concat", [images, graph.Constant($"{name}_shape", [count, features])], OnnxAttribute.Of("axis", 0L));
        return graph.Node("Expand", [graph.Constant(name, rows, 1, count, features), shape]);
    }
}
