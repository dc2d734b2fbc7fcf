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
            tokens = graph.Node("Concat", [Prefix(graph, network, tokens), tokens], OnnxAttribute.Of("axis", 1L));
        }

        if (stem.Position is { } position)
        {
            string added = graph.Constant(position, () => network.Weights[position], 1, spec.Tokens, features);
            tokens = graph.Node("Add", [tokens, added]);
        }

        return stem.Norm is { } norm ? layers.Norm(norm, network.Weights[norm], tokens) : tokens;
    }

    // The prefix tokens once for every image: a side of the patches says how many there are.
    private static string Prefix(IOnnxGraph graph, SparseViT network, string patches)
    {
        var stem = network.Spec.Stem;
        long count = stem.PrefixTokens.Count, features = stem.Patch.OutFeatures;
        string token = graph.Constant(
            "prefix_tokens", () => [.. stem.PrefixTokens.SelectMany(name => network.Weights[name])], 1, count, features);
        string images = graph.Node(
            "Gather", [graph.Node("Shape", [patches]), graph.Constant("first", [0])], OnnxAttribute.Of("axis", 0L));
        string shape = graph.Node("Concat", [images, graph.Constant("prefix_shape", [count, features])], OnnxAttribute.Of("axis", 0L));
        return graph.Node("Expand", [token, shape]);
    }
}
