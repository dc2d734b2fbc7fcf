namespace Microsoft.ML.BlockPruning.Sparsity;

/// <summary>One <see cref="BlockMask"/> per prunable layer: all that pruning decides.</summary>
/// <remarks>Layers without a mask stay dense. Keys are timm names without <c>.weight</c>, such as <c>blocks.0.attn.qkv</c>.</remarks>
internal sealed class SparsityPlan
{
    private readonly SortedDictionary<string, BlockMask> _masks = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, BlockMask> Masks => _masks;

    public BlockMask? this[string layerName] => _masks.GetValueOrDefault(layerName);

    public void Add(string layerName, BlockMask mask)
    {
        ArgumentNullException.ThrowIfNull(layerName);
        ArgumentNullException.ThrowIfNull(mask);
        if (!_masks.TryAdd(layerName, mask))
        {
            throw new ArgumentException($"The plan already has a mask for '{layerName}'.", nameof(layerName));
        }
    }
}
