using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>The one counter of multiply-adds, parameters and bytes: every budget and every report reads it.</summary>
/// <remarks>
/// Counted for one image: patch embedding, qkv, proj, q kᵀ, attention · v, fc1, fc2 over all tokens, and the heads over one token each.
/// Norms, biases, softmax and GELU are not counted, as is usual for ViTs (DeiT-B: 17.6 G). Weights in removed blocks cost nothing; all
/// the rest is fixed.
/// </remarks>
internal sealed class NetworkCost
{
    private const int IndexBytes = sizeof(int);
    private readonly Dictionary<string, LinearShape> _prunable;
    private readonly int _tokens;
    private readonly IBlockCodec _weights;
    private readonly long _fixedWeights;

    public NetworkCost(NetworkSpec spec, NumberFormat weightFormat = NumberFormat.Float32)
        : this(ViT.TryConfigOf(spec)!, weightFormat)
    {
    }

    /// <summary>Counts for a network whose weights are stored in a format.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="weightFormat">
    /// The format of all matrices: prunable weights, patch embedding and heads. Biases, norms, tokens and positions are float32 always.
    /// </param>
    public NetworkCost(ViTConfig config, NumberFormat weightFormat = NumberFormat.Float32)
        : this(config, BlockCodecs.Of(weightFormat))
    {
    }

    /// <inheritdoc cref="NetworkCost(ViTConfig, NumberFormat)"/>
    internal NetworkCost(ViTConfig config, IBlockCodec weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        _weights = weights;
        _tokens = config.Tokens;
        _prunable = LinearShape.OfPrunableLayers(config).ToDictionary(layer => layer.Name, StringComparer.Ordinal);
        PrunableElements = _prunable.Values.Sum(layer => layer.Elements);

        long d = config.EmbedDim;
        long patches = (long)config.GridSize * config.GridSize;
        long heads = config.PrefixTokens; // one head per prefix token
        PatchEmbeddingMultiplyAdds = patches * config.PatchDim * d;
        AttentionMultiplyAdds = config.Depth * 2 * (long)_tokens * _tokens * d; // q kᵀ and attention · v
        HeadMultiplyAdds = heads * config.NumClasses * d;

        long embedding = ((long)config.PatchDim * d) + d + (config.PrefixTokens * d) + (_tokens * d);
        long norms = ((2L * config.Depth) + 1) * 2 * d;
        long biases = _prunable.Values.Sum(layer => (long)layer.OutFeatures);
        _fixedWeights = (config.PatchDim * d) + (heads * config.NumClasses * d);
        FixedParameters = embedding + norms + biases + (heads * config.NumClasses * (d + 1));
    }

    /// <summary>Weights of all prunable layers, without biases.</summary>
    public long PrunableElements { get; }

    public long PatchEmbeddingMultiplyAdds { get; }

    /// <summary>q kᵀ and attention · v of all encoder layers.</summary>
    public long AttentionMultiplyAdds { get; }

    public long HeadMultiplyAdds { get; }

    /// <summary>What no pruning removes.</summary>
    public long FixedMultiplyAdds => PatchEmbeddingMultiplyAdds + AttentionMultiplyAdds + HeadMultiplyAdds;

    /// <summary>The dense network.</summary>
    public long TotalMultiplyAdds => MultiplyAdds(PrunableElements);

    /// <summary>All but the weights of the prunable layers: embeddings, norms, biases, heads.</summary>
    public long FixedParameters { get; }

    /// <summary>The dense network.</summary>
    public long TotalParameters => Parameters(PrunableElements);

    /// <summary>Multiply-adds of one prunable layer with some of its weights kept: every token meets every kept weight once.</summary>
    /// <param name="layerName">timm's name without <c>.weight</c>.</param>
    /// <param name="keptElements">Weights in kept blocks.</param>
    public long MultiplyAddsOf(string layerName, long keptElements)
    {
        ArgumentNullException.ThrowIfNull(layerName);
        if (!_prunable.TryGetValue(layerName, out var layer))
        {
            throw new ArgumentException($"'{layerName}' is none of the network's {_prunable.Count} prunable layers.", nameof(layerName));
        }

        CheckKept(keptElements, layer.Elements);
        return _tokens * keptElements;
    }

    /// <summary>Multiply-adds of the network with some of its prunable weights kept, in whatever layers.</summary>
    public long MultiplyAdds(long keptElements)
    {
        CheckKept(keptElements, PrunableElements);
        return FixedMultiplyAdds + (_tokens * keptElements);
    }

    /// <summary>Parameters of the network with some of its prunable weights kept.</summary>
    public long Parameters(long keptElements)
    {
        CheckKept(keptElements, PrunableElements);
        return FixedParameters + keptElements;
    }

    /// <summary>Bytes of the dense network in float32: what is pruned, and what fractions are taken of.</summary>
    public long DenseBytes => BlockCodecs.Float32.BytesOf(TotalParameters);

    /// <summary>Bytes of the weights in their format, of what is float32 always, and of the int32 indices of blocks.</summary>
    /// <param name="keptElements">Weights in kept blocks.</param>
    /// <param name="indices">BSR's indices: one per kept block, and block rows + 1 per block-sparse layer; 0 for a dense network.</param>
    public long Bytes(long keptElements, long indices)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(indices);
        CheckKept(keptElements, PrunableElements);
        return BytesOf(_fixedWeights + keptElements, indices) + BlockCodecs.Float32.BytesOf(FixedParameters - _fixedWeights);
    }

    /// <summary>Bytes of so many weights in their format, and of indices.</summary>
    public long BytesOf(long weights, long indices) => _weights.BytesOf(weights) + (IndexBytes * indices);

    private static void CheckKept(long keptElements, long all)
    {
        if (keptElements < 0 || keptElements > all)
        {
            throw new ArgumentOutOfRangeException(
                nameof(keptElements), keptElements, $"Kept weights must be 0 to {all}, found {keptElements}.");
        }
    }
}
