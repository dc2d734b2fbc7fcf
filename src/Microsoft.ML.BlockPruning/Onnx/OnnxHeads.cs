using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>Tokens to logits: the mean of the heads', each of which pools the tokens in its way.</summary>
internal static class OnnxHeads
{
    /// <param name="layers">With which operators.</param>
    /// <param name="network">The network.</param>
    /// <param name="tokens">[images, tokens, features], after the last step and its norm.</param>
    /// <returns>[images, classes].</returns>
    public static string Add(IOnnxLayers layers, SparseViT network, string tokens)
    {
        string[] logits = [.. network.Spec.Heads.Select(head => Add(layers, network, head, tokens))];
        var graph = layers.Graph;
        return logits.Length == 1
            ? logits[0]
            : graph.Node(
                "Mul", [logits.Aggregate((sum, next) => graph.Node("Add", [sum, next])), graph.Scalar("share", 1f / logits.Length)]);
    }

    private static string Add(IOnnxLayers layers, SparseViT network, HeadSpec head, string tokens)
    {
        string pooled = Pool(layers.Graph, head.Pooling, network.Spec.FinalTokens, tokens);
        string read = head.Norm is { } norm ? layers.Norm(norm, network.Weights[norm], pooled) : pooled;
        return layers.Linear(OnnxLinear.Of(network.Weights.Dense(head.Linear)), read);
    }

    private static string Pool(IOnnxGraph graph, PoolingSpec pooling, int count, string tokens) => pooling switch
    {
        TokenPooling one => graph.Node("Gather", [tokens, graph.Scalar("token", (long)one.Token)], OnnxAttribute.Of("axis", 1L)),
        MeanPooling mean => Mean(graph, From(graph, mean.FirstToken, count, tokens)),
        _ => throw new NotSupportedException($"A pooling of the kind {pooling.GetType().Name} is not written as ONNX."),
    };

    private static string From(IOnnxGraph graph, int first, int count, string tokens) => first == 0
        ? tokens
        : graph.Node(
            "Slice", [tokens, graph.Constant("first", [first]), graph.Constant("end", [count]), graph.Constant("axis", [1])]);

    private static string Mean(IOnnxGraph graph, string tokens) =>
        graph.Node("ReduceMean", [tokens], OnnxAttribute.Of("axes", [1L]), OnnxAttribute.Of("keepdims", 0L));
}
