using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning;

/// <summary>What pruning kept of one layer.</summary>
public sealed class LayerSummary
{
    private readonly BlockMask _mask;

    internal LayerSummary(string name, BlockMask mask, long multiplyAdds, long denseMultiplyAdds)
    {
        _mask = mask;
        Name = name;
        OutFeatures = mask.Rows;
        InFeatures = mask.Columns;
        Block = mask.Shape;
        KeptBlocks = mask.KeptBlocks;
        TotalBlocks = mask.TotalBlocks;
        MultiplyAdds = multiplyAdds;
        DenseMultiplyAdds = denseMultiplyAdds;
    }

    /// <summary>timm's name, such as <c>blocks.0.attn.qkv</c>.</summary>
    public string Name { get; }

    /// <summary>Rows of the weight.</summary>
    public int OutFeatures { get; }

    /// <summary>Columns of the weight.</summary>
    public int InFeatures { get; }

    /// <summary>The weight tile that was kept or removed as a whole; the whole weight in a layer that stayed dense.</summary>
    public BlockShape Block { get; }

    /// <summary>Blocks that remain.</summary>
    public int KeptBlocks { get; }

    /// <summary>Blocks of the dense weight.</summary>
    public int TotalBlocks { get; }

    /// <summary>Multiply-adds per image that remain.</summary>
    public long MultiplyAdds { get; }

    /// <summary>Multiply-adds per image of the dense layer.</summary>
    public long DenseMultiplyAdds { get; }

    /// <summary>Blocks from top to bottom.</summary>
    public int BlockRows => _mask.BlockRows;

    /// <summary>Blocks from left to right.</summary>
    public int BlockColumns => _mask.BlockColumns;

    /// <summary>Whether a block remains.</summary>
    /// <param name="blockRow">From the top, from 0.</param>
    /// <param name="blockColumn">From the left, from 0.</param>
    /// <returns>Whether it remains.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such block.</exception>
    public bool IsKept(int blockRow, int blockColumn)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)blockRow, (uint)BlockRows, nameof(blockRow));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)blockColumn, (uint)BlockColumns, nameof(blockColumn));
        return _mask[blockRow, blockColumn];
    }

    /// <summary>Every prunable layer of a network, in forward order.</summary>
    internal static IReadOnlyList<LayerSummary> Of(ViTConfig config, SparsityPlan plan)
    {
        var cost = new NetworkCost(config);
        var summaries = new List<LayerSummary>();
        foreach (var layer in LinearShape.OfPrunableLayers(config))
        {
            var mask = plan[layer.Name]
                ?? new BlockMask(layer.OutFeatures, layer.InFeatures, new BlockShape(layer.OutFeatures, layer.InFeatures));
            summaries.Add(new LayerSummary(
                layer.Name, mask, cost.MultiplyAddsOf(layer.Name, mask.KeptElements), cost.MultiplyAddsOf(layer.Name, layer.Elements)));
        }

        return summaries;
    }
}
