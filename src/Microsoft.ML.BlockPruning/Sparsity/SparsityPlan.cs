using System.Text;

namespace Microsoft.ML.BlockPruning.Sparsity;

/// <summary>One <see cref="BlockMask"/> per prunable layer: all that pruning decides.</summary>
/// <remarks>Layers without a mask stay dense. Keys are timm names without <c>.weight</c>, such as <c>blocks.0.attn.qkv</c>.</remarks>
internal sealed partial class SparsityPlan
{
    private readonly SortedDictionary<string, BlockMask> _masks = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, BlockMask> Masks => _masks;

    /// <summary>Weights that the masked layers keep.</summary>
    public long KeptElements => _masks.Values.Sum(mask => mask.KeptElements);

    public BlockMask? this[string layerName] => _masks.GetValueOrDefault(layerName);

    /// <summary>Reads a plan as <see cref="Save"/> writes it.</summary>
    /// <exception cref="InvalidDataException">It is no plan, of another version, or wrong in a layer, which the message names.</exception>
    public static SparsityPlan Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Parse(Encoding.UTF8.GetBytes(json).AsMemory());
    }

    /// <inheritdoc cref="Parse(string)"/>
    public static SparsityPlan Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return Parse(copy.GetBuffer().AsMemory(0, (int)copy.Length));
    }

    public void Add(string layerName, BlockMask mask)
    {
        ArgumentNullException.ThrowIfNull(layerName);
        ArgumentNullException.ThrowIfNull(mask);
        if (!_masks.TryAdd(layerName, mask))
        {
            throw new ArgumentException($"The plan already has a mask for '{layerName}'.", nameof(layerName));
        }
    }

    /// <summary>Checks that every mask belongs to one of a network's prunable layers and covers exactly its weight.</summary>
    /// <param name="layers">Name, output features and input features of the network's prunable layers.</param>
    /// <exception cref="InvalidDataException">A mask does not fit; names the layer.</exception>
    public void RequireFits(IEnumerable<(string Name, int Rows, int Columns)> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        var sizes = layers.ToDictionary(layer => layer.Name, layer => (layer.Rows, layer.Columns), StringComparer.Ordinal);
        foreach (var (name, mask) in _masks)
        {
            if (!sizes.TryGetValue(name, out var size))
            {
                throw new InvalidDataException(
                    $"The sparsity plan has a mask for '{name}', which is none of the network's {sizes.Count} prunable layers.");
            }

            if (size != (mask.Rows, mask.Columns))
            {
                throw new InvalidDataException(
                    $"The sparsity plan's mask for '{name}' covers {mask.Rows}x{mask.Columns}, "
                    + $"but the network's weight is {size.Rows}x{size.Columns}.");
            }
        }
    }

    /// <summary>The plan as JSON.</summary>
    public string ToJson()
    {
        using var stream = new MemoryStream();
        Save(stream);
        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }
}
