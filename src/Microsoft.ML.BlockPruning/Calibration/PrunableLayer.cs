using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>A linear layer that may lose blocks, its block grid, and the groups its row strips fall into.</summary>
internal sealed class PrunableLayer
{
    private PrunableLayer(LinearSpec spec, LinearWeights weights, BlockShape block)
    {
        int parts = spec.RowGroups;
        int rows = weights.OutFeatures / parts;
        if (block.Height > rows || block.Width > weights.InFeatures)
        {
            throw new ArgumentOutOfRangeException(
                nameof(block), block,
                $"A block of {block} is larger than the weight of '{weights.Name}', "
                + $"{(parts == 1 ? "" : "q, k and v apart, ")}{rows}x{weights.InFeatures}; take a smaller one.");
        }

        Weights = weights;
        Tokens = spec.Tokens;
        Blocks = new BlockMask(weights.OutFeatures, weights.InFeatures, block);
        Groups = GroupsOf(Blocks, parts);
    }

    public LinearWeights Weights { get; }

    /// <summary>Tokens of one image that meet the weight.</summary>
    public int Tokens { get; }

    /// <summary>The block grid, all blocks kept.</summary>
    public BlockMask Blocks { get; }

    /// <summary>Parts of the rows whose gradients live on different scales, such as q, k and v, apart; else one group.</summary>
    public IReadOnlyList<RowGroup> Groups { get; }

    public string Name => Weights.Name;

    /// <summary>The prunable layers of a network in forward order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A block is larger than a weight.</exception>
    public static IReadOnlyList<PrunableLayer> Of(NetworkWeights network, BlockShape block) => Of(network, _ => block);

    /// <inheritdoc cref="Of(NetworkWeights, BlockShape)"/>
    /// <param name="network">The network.</param>
    /// <param name="blockOf">The block of a layer, by its name.</param>
    public static IReadOnlyList<PrunableLayer> Of(NetworkWeights network, Func<string, BlockShape> blockOf) =>
        [.. network.Spec.PrunableLinears.Select(linear => new PrunableLayer(linear, network[linear], blockOf(linear.Name)))];

    /// <summary>The grid without the blocks that are all zeros, as a mask of torch.nn.utils.prune leaves them.</summary>
    public BlockMask NonzeroBlocks()
    {
        var nonzero = new BlockMask(Blocks.Rows, Blocks.Columns, Blocks.Shape, keepAll: false);
        var (height, width) = (Blocks.Shape.Height, Blocks.Shape.Width);
        for (int row = 0; row < Blocks.Rows; row++)
        {
            for (int column = 0; column < Blocks.BlockColumns; column++)
            {
                var weights = Weights.Weight.AsSpan((row * Blocks.Columns) + (column * width), Blocks.WidthOf(column));
                if (weights.ContainsAnyExcept(0f))
                {
                    nonzero[row / height, column] = true;
                }
            }
        }

        return nonzero.KeptBlocks == Blocks.TotalBlocks ? Blocks : nonzero;
    }

    // A strip that crosses a border (block height not dividing the part) belongs to the part of its first row. No part is left without a
    // strip: a block is no higher than a part.
    private static List<RowGroup> GroupsOf(BlockMask blocks, int parts)
    {
        int height = blocks.Shape.Height;
        int rowsPerPart = blocks.Rows / parts;
        var groups = new List<RowGroup>(parts);
        int first = 0;
        for (int part = 1; part <= parts; part++)
        {
            int end = ((part * rowsPerPart) + height - 1) / height;
            groups.Add(new RowGroup(first, end - first, first * height, Math.Min(end * height, blocks.Rows) - (first * height)));
            first = end;
        }

        return groups;
    }
}
