using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>The layers that may lose blocks, in forward order, with their block grids; all other layers stay dense.</summary>
internal sealed class LayerGrids
{
    private readonly Dictionary<string, BlockMask> _byName;

    /// <summary>Creates a list.</summary>
    /// <param name="layers">Canonical name and grid of every layer; the grids are not changed.</param>
    public LayerGrids(IEnumerable<(string Name, BlockMask Blocks)> layers)
    {
        Layers = [.. layers];
        _byName = Layers.ToDictionary(layer => layer.Name, layer => layer.Blocks, StringComparer.Ordinal);
    }

    public IReadOnlyList<(string Name, BlockMask Blocks)> Layers { get; }

    /// <summary>Weights of the layers, all of them.</summary>
    public long Elements => Layers.Sum(layer => (long)layer.Blocks.Rows * layer.Blocks.Columns);

    public long TotalBlocks => Layers.Sum(layer => (long)layer.Blocks.TotalBlocks);

    /// <summary>Blocks that are still there.</summary>
    public long KeptBlocks => Layers.Sum(layer => (long)layer.Blocks.KeptBlocks);

    /// <summary>What BSR stores for each layer whatever it keeps: block rows + 1 indices.</summary>
    public long RowPointers => Layers.Sum(layer => layer.Blocks.BlockRows + 1L);

    /// <summary>The same layers with the blocks that a plan keeps; a layer without a mask keeps what it has.</summary>
    public LayerGrids Within(SparsityPlan plan) => new(Layers.Select(layer => (layer.Name, plan[layer.Name] ?? layer.Blocks)));

    public bool Contains(string layerName) => _byName.ContainsKey(layerName);

    public BlockMask this[string layerName] => _byName[layerName];
}
