using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Benchmarks.Onnx;

/// <summary>A whole ViT or DeiT classifier as an ONNX model: normalised pixels in, logits out.</summary>
/// <remarks>
/// Gelu (exact, by erf), SkipLayerNormalization (residual sum and norm in one) and MultiHeadAttention are ONNX Runtime's own operators,
/// what its transformer optimiser puts in place of an exported ViT's. The rest it joins as it loads, such as a matrix with its bias.
/// </remarks>
internal sealed class OnnxViT
{
    public const string Input = "pixels";

    private readonly OnnxGraph _graph = new();
    private readonly NetworkWeights _weights;
    private readonly ViTConfig _config;
    private readonly IOnnxLinear _linear;
    private readonly int _batch;

    private OnnxViT(NetworkWeights weights, int batch, IOnnxLinear linear)
    {
        _weights = weights;
        _config = weights.Config;
        _linear = linear;
        _batch = batch;
    }

    /// <param name="weights">Copied into the model.</param>
    /// <param name="batch">Images, fixed: what is constant can then be folded.</param>
    /// <param name="linear">How the encoder's matrices and the heads are written; the patch convolution stays fp32.</param>
    /// <returns>The model and the name of its output, [batch, numClasses].</returns>
    public static (byte[] Model, string Output) Create(NetworkWeights weights, int batch, IOnnxLinear linear) =>
        new OnnxViT(weights, batch, linear).Create();

    private (byte[] Model, string Output) Create()
    {
        string stream = Embed(_graph.Input(Input, _batch, _config.Channels, _config.ImageSize, _config.ImageSize));
        string normed = Norm(_weights.Layers[0].Norm1, stream);
        for (int i = 0; i < _config.Depth; i++)
        {
            var layer = _weights.Layers[i];
            string attended = _linear.Add(_graph, layer.Proj, Attend(_linear.Add(_graph, layer.Qkv, normed)));
            (stream, normed) = AddAndNorm(stream, attended, layer.Norm2);
            string hidden = _graph.OnnxRuntimeNode("Gelu", [_linear.Add(_graph, layer.Fc1, normed)]);
            var next = i + 1 < _config.Depth ? _weights.Layers[i + 1].Norm1 : _weights.Norm;
            (stream, normed) = AddAndNorm(stream, _linear.Add(_graph, layer.Fc2, hidden), next);
        }

        string logits = Classify(normed);
        _graph.Output(logits, _batch, _config.NumClasses);
        return (_graph.ToModel(), logits);
    }

    // [batch, channels, size, size] → [batch, tokens, embedDim].
    private string Embed(string pixels)
    {
        int d = _config.EmbedDim;
        int patch = _config.PatchSize;
        var embedding = _weights.PatchEmbedding;
        string weight = _graph.Constant($"{embedding.Name}.weight", embedding.Weight, d, _config.Channels, patch, patch);
        string bias = _graph.Constant($"{embedding.Name}.bias", embedding.Bias, d);
        string grid = _graph.Node(
            "Conv", [pixels, weight, bias], OnnxAttribute.Of("kernel_shape", [patch, patch]), OnnxAttribute.Of("strides", [patch, patch]));
        string shape = _graph.Constant("patches", [_batch, d, (long)_config.GridSize * _config.GridSize], 3);
        string patches = _graph.Node("Transpose", [_graph.Node("Reshape", [grid, shape])], OnnxAttribute.Of("perm", [0, 2, 1]));

        float[] prefix = [.. _weights.ClassToken, .. _weights.DistillationToken ?? []];
        float[] prefixes = [.. Enumerable.Range(0, _batch).SelectMany(_ => prefix)];
        string tokens = _graph.Node(
            "Concat", [_graph.Constant("prefix", prefixes, _batch, _config.PrefixTokens, d), patches], OnnxAttribute.Of("axis", 1L));
        return _graph.Node("Add", [tokens, _graph.Constant("pos_embed", _weights.PositionEmbedding, 1, _config.Tokens, d)]);
    }

    private string Norm(LayerNormWeights norm, string x) => _graph.Node(
        "LayerNormalization", [x, .. ConstantsOf(norm)], OnnxAttribute.Of("axis", -1L), OnnxAttribute.Of("epsilon", _config.LayerNormEps));

    // The stream with a branch added, and the next norm of it.
    private (string Stream, string Normed) AddAndNorm(string stream, string branch, LayerNormWeights norm)
    {
        string[] outputs = _graph.OnnxRuntimeNodes(
            "SkipLayerNormalization", [stream, branch, .. ConstantsOf(norm)], [0, 3], OnnxAttribute.Of("epsilon", _config.LayerNormEps));
        return (outputs[1], outputs[0]);
    }

    private string[] ConstantsOf(LayerNormWeights norm) =>
    [
        _graph.Constant($"{norm.Name}.weight", norm.Scale, norm.Scale.Length),
        _graph.Constant($"{norm.Name}.bias", norm.Offset, norm.Offset.Length),
    ];

    // [batch, tokens, 3 · embedDim] → [batch, tokens, embedDim].
    private string Attend(string qkv)
    {
        string[] parts = _graph.Nodes("Split", [qkv], [0, 1, 2], OnnxAttribute.Of("axis", 2L), OnnxAttribute.Of("num_outputs", 3L));
        return _graph.OnnxRuntimeNode("MultiHeadAttention", parts, OnnxAttribute.Of("num_heads", (long)_config.NumHeads));
    }

    private string Classify(string tokens)
    {
        string logits = _linear.Add(_graph, _weights.Head, TokenOf(tokens, 0));
        if (_weights.DistillationHead is not { } distillation)
        {
            return logits;
        }

        string sum = _graph.Node("Add", [logits, _linear.Add(_graph, distillation, TokenOf(tokens, 1))]);
        return _graph.Node("Mul", [sum, _graph.Constant("half", [0.5f])]);
    }

    // [batch, embedDim].
    private string TokenOf(string tokens, int index) =>
        _graph.Node("Gather", [tokens, _graph.Constant($"token{index}", [(long)index])], OnnxAttribute.Of("axis", 1L));
}
