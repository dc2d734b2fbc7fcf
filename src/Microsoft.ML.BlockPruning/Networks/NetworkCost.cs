using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>The one counter of multiply-adds, parameters and bytes: every budget and every report reads it.</summary>
/// <remarks>
/// Counted for one image: the patches, each step's linear layers over their tokens, q kᵀ and attention · v, and the heads. Norms, biases,
/// softmax and GELU are not counted, as is usual for ViTs (DeiT-B: 17.6 G). Weights in removed blocks cost nothing; all the rest is fixed.
/// </remarks>
internal sealed class NetworkCost
{
    private const int IndexBytes = sizeof(int);
    private readonly NetworkSpec _spec;
    private readonly Dictionary<string, LinearSpec> _prunable;
    private readonly IBlockCodec _weights;
    private readonly long _fixedWeights;

    /// <summary>Counts for a network whose weights are stored in a format.</summary>
    /// <param name="spec">The network.</param>
    /// <param name="weightFormat">
    /// The format of all matrices: prunable weights, patch embedding and heads. Biases, norms, tokens and positions are float32 always.
    /// </param>
    public NetworkCost(NetworkSpec spec, NumberFormat weightFormat = NumberFormat.Float32)
        : this(spec, BlockCodecs.Of(weightFormat))
    {
    }

    /// <inheritdoc cref="NetworkCost(NetworkSpec, NumberFormat)"/>
    internal NetworkCost(NetworkSpec spec, IBlockCodec weights)
    {
        ArgumentNullException.ThrowIfNull(spec);
        _spec = spec;
        _weights = weights;
        _prunable = spec.PrunableLinears.ToDictionary(linear => linear.Name, StringComparer.Ordinal);
        PrunableElements = spec.PrunableLinears.Sum(linear => linear.Elements);
        PatchEmbeddingMultiplyAdds = MultiplyAddsOf(spec.Stem.Patch, spec.Stem.Patch.Elements);
        AttentionMultiplyAdds = spec.Steps.OfType<BranchSpec>().Sum(branch => (long)branch.Middle.MultiplyAdds(branch.First.Tokens));
        HeadMultiplyAdds = spec.Heads.Sum(head => MultiplyAddsOf(head.Linear, head.Linear.Elements));

        long width = spec.Stem.Patch.OutFeatures;
        long positions = spec.Stem.Position is null ? 0 : spec.Tokens;
        long embedding = ParametersOf(spec.Stem.Patch) + ((spec.Stem.PrefixTokens.Count + positions) * width);
        long tables = spec.Steps.OfType<BranchSpec>().SelectMany(branch => branch.Middle.Parts).Sum(part => part.Elements);
        long norms = spec.Norms.Sum(norm => 2L * norm.Features);
        long biases = spec.PrunableLinears.Sum(linear => (long)linear.OutFeatures);
        _fixedWeights = spec.Stem.Patch.Elements + spec.Heads.Sum(head => head.Linear.Elements);
        FixedParameters = embedding + tables + norms + biases + spec.Heads.Sum(head => ParametersOf(head.Linear));
    }

    /// <summary>Weights of all prunable layers, without biases.</summary>
    public long PrunableElements { get; }

    public long PatchEmbeddingMultiplyAdds { get; }

    /// <summary>q kᵀ and attention · v of all steps.</summary>
    public long AttentionMultiplyAdds { get; }

    public long HeadMultiplyAdds { get; }

    /// <summary>What no pruning removes.</summary>
    public long FixedMultiplyAdds => PatchEmbeddingMultiplyAdds + AttentionMultiplyAdds + HeadMultiplyAdds;

    /// <summary>The dense network.</summary>
    public long TotalMultiplyAdds => MultiplyAdds(linear => linear.Elements);

    /// <summary>All but the weights of the prunable layers: embeddings, norms, biases, heads.</summary>
    public long FixedParameters { get; }

    /// <summary>The dense network.</summary>
    public long TotalParameters => Parameters(PrunableElements);

    /// <summary>Multiply-adds of one prunable layer with some weights kept: each of its tokens meets each of them once.</summary>
    /// <param name="layerName">Its canonical name without <c>.weight</c>.</param>
    /// <param name="keptElements">Weights in kept blocks.</param>
    public long MultiplyAddsOf(string layerName, long keptElements)
    {
        ArgumentNullException.ThrowIfNull(layerName);
        return _prunable.TryGetValue(layerName, out var layer)
            ? MultiplyAddsOf(layer, keptElements)
            : throw new ArgumentException($"'{layerName}' is none of the network's {_prunable.Count} prunable layers.", nameof(layerName));
    }

    /// <summary>Multiply-adds of the network with some of its prunable weights kept.</summary>
    /// <param name="keptOf">Weights in kept blocks of a prunable layer.</param>
    public long MultiplyAdds(Func<LinearSpec, long> keptOf)
    {
        ArgumentNullException.ThrowIfNull(keptOf);
        return FixedMultiplyAdds + _spec.PrunableLinears.Sum(linear => MultiplyAddsOf(linear, keptOf(linear)));
    }

    /// <summary>Parameters of the network with some of its prunable weights kept, in whatever layers.</summary>
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

    private static long MultiplyAddsOf(LinearSpec linear, long keptElements)
    {
        CheckKept(keptElements, linear.Elements);
        return linear.Tokens * keptElements;
    }

    private static long ParametersOf(LinearSpec linear) => linear.Elements + linear.OutFeatures;

    private static void CheckKept(long keptElements, long all)
    {
        if (keptElements < 0 || keptElements > all)
        {
            throw new ArgumentOutOfRangeException(
                nameof(keptElements), keptElements, $"Kept weights must be 0 to {all}, found {keptElements}.");
        }
    }
}
