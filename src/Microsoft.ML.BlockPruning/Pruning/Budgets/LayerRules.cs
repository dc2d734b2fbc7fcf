using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>Which layers may lose blocks, in which block shape, and what each keeps at least. Immutable.</summary>
internal sealed class LayerRules
{
    private readonly BlockShape _block;
    private readonly double _floor;
    private readonly Dictionary<string, BlockShape> _blocks;
    private readonly Dictionary<string, double> _floors;
    private readonly HashSet<string> _dense;

    /// <summary>Creates rules; the collections are copied, their keys are canonical names without <c>.weight</c>.</summary>
    /// <param name="block">The block of every layer that <paramref name="blocks"/> does not name.</param>
    /// <param name="floor">
    /// Fraction of its blocks that a layer keeps at least, in [0, 1], rounded up; for layers that <paramref name="floors"/> does not name.
    /// </param>
    /// <param name="blocks">Blocks of single layers.</param>
    /// <param name="floors">Floors of single layers.</param>
    /// <param name="dense">Layers that lose nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">A floor is outside [0, 1] or a block is empty; names the layer.</exception>
    public LayerRules(
        BlockShape block, double floor = 0, IReadOnlyDictionary<string, BlockShape>? blocks = null,
        IReadOnlyDictionary<string, double>? floors = null, IReadOnlyCollection<string>? dense = null)
    {
        _block = block;
        _floor = floor;
        _blocks = new Dictionary<string, BlockShape>(blocks ?? new Dictionary<string, BlockShape>(), StringComparer.Ordinal);
        _floors = new Dictionary<string, double>(floors ?? new Dictionary<string, double>(), StringComparer.Ordinal);
        _dense = new HashSet<string>(dense ?? [], StringComparer.Ordinal);
        foreach (var (name, value) in _floors.Append(new("every layer", floor)))
        {
            if (!(value is >= 0 and <= 1))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(floors), value,
                    $"The floor of {name} is {value}, not in [0, 1]: it is the fraction of its blocks that a layer keeps at least.");
            }
        }

        foreach (var (name, shape) in _blocks.Append(new("every layer", block)))
        {
            if (shape.Height <= 0 || shape.Width <= 0)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(blocks), shape, $"The block of {name} is {shape}; both sides must be positive.");
            }
        }
    }

    public double FloorOf(string layerName) => _floors.GetValueOrDefault(layerName, _floor);

    /// <summary>Checks that every layer named is one of the network's.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="ArgumentException">One is not; lists those that are.</exception>
    public void CheckNames(NetworkWeights network)
    {
        string[] known = [.. network.PrunableLayers.Select(layer => layer.Name)];
        string[] unknown = [.. _blocks.Keys.Concat(_floors.Keys).Concat(_dense).Except(known).Order(StringComparer.Ordinal)];
        if (unknown.Length > 0)
        {
            throw new ArgumentException(
                $"The network has no prunable layer '{string.Join("', '", unknown)}'. It has '{string.Join("', '", known)}'.");
        }
    }

    /// <summary>The prunable layers of a network in forward order, also those that stay dense: they are refitted as the others.</summary>
    /// <exception cref="ArgumentException">A rule names a layer that the network has not.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A block is larger than a weight.</exception>
    public IReadOnlyList<PrunableLayer> LayersOf(NetworkWeights network)
    {
        CheckNames(network);

        // The block of a dense layer is only the height of the strips it is fitted in.
        int side = network.Spec.PrunableLinears.Min(linear => Math.Min(linear.OutFeatures / linear.RowGroups, linear.InFeatures));
        var strip = new BlockShape(Math.Min(_block.Height, side), Math.Min(_block.Width, side));
        return PrunableLayer.Of(network, name => _dense.Contains(name) ? strip : _blocks.GetValueOrDefault(name, _block));
    }

    /// <summary>Those of the layers that may lose blocks. Blocks that are zero have gone already: no answer depends on them.</summary>
    public LayerGrids GridsOf(IEnumerable<PrunableLayer> layers) =>
        new(layers.Where(layer => !_dense.Contains(layer.Name)).Select(layer => (layer.Name, layer.NonzeroBlocks())));
}
