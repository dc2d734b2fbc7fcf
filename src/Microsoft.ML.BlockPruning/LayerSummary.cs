using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning;

/// <summary>What pruning kept of one layer.</summary>
public sealed class LayerSummary
{
    private readonly BlockSparseMatrix _weight;

    internal LayerSummary(
        string name, BlockSparseMatrix weight, long multiplyAdds, long denseMultiplyAdds, ProductFormat format = ProductFormat.Float32)
    {
        _weight = weight;
        Name = name;
        OutFeatures = weight.Rows;
        InFeatures = weight.Columns;
        Block = weight.Block;
        KeptBlocks = weight.KeptBlocks;
        TotalBlocks = weight.TotalBlocks;
        MultiplyAdds = multiplyAdds;
        DenseMultiplyAdds = denseMultiplyAdds;
        Format = format;
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

    /// <summary>In what numbers the processor multiplies it.</summary>
    public ProductFormat Format { get; }

    /// <summary>Blocks from top to bottom.</summary>
    public int BlockRows => _weight.BlockRows;

    /// <summary>Blocks from left to right.</summary>
    public int BlockColumns => _weight.BlockColumns;

    /// <summary>Whether a block remains.</summary>
    /// <param name="blockRow">From the top, from 0.</param>
    /// <param name="blockColumn">From the left, from 0.</param>
    /// <returns>Whether it remains.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such block.</exception>
    public bool IsKept(int blockRow, int blockColumn)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)blockRow, (uint)BlockRows, nameof(blockRow));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)blockColumn, (uint)BlockColumns, nameof(blockColumn));
        return _weight.IsKept(blockRow, blockColumn);
    }

    /// <summary>Every prunable layer of a network, in forward order.</summary>
    internal static IReadOnlyList<LayerSummary> Of(SparseViT network)
    {
        var cost = new NetworkCost(network.Spec);
        return
        [
            .. network.PrunableLayers.Select(layer => new LayerSummary(
                layer.Name, layer.Weight, cost.MultiplyAddsOf(layer.Name, layer.Weight.KeptElements),
                cost.MultiplyAddsOf(layer.Name, (long)layer.Weight.Rows * layer.Weight.Columns),
                network.Formats[layer.Name])),
        ];
    }
}
