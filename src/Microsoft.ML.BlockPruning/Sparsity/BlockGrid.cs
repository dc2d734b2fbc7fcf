namespace Microsoft.ML.BlockPruning.Sparsity;

/// <summary>How blocks lie over a weight; those at the right and bottom edge may be ragged. Sizes only, whatever the weight's.</summary>
internal sealed class BlockGrid
{
    /// <summary>Lays blocks over a weight [rows, columns].</summary>
    /// <param name="rows">Output features of the weight.</param>
    /// <param name="columns">Input features of the weight.</param>
    /// <param name="shape">The block; not larger than the weight on either side.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive, the block too large, or the blocks too many.</exception>
    public BlockGrid(int rows, int columns, BlockShape shape)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        if (shape.Height <= 0 || shape.Height > rows || shape.Width > columns)
        {
            throw new ArgumentOutOfRangeException(
                nameof(shape), shape, $"A block of {shape} does not fit a weight of {rows}x{columns}; take one no larger than the weight.");
        }

        Rows = rows;
        Columns = columns;
        Shape = shape;
        BlockRows = ((rows - 1) / shape.Height) + 1;
        BlockColumns = ((columns - 1) / shape.Width) + 1;
        long total = (long)BlockRows * BlockColumns;
        TotalBlocks = total <= int.MaxValue
            ? (int)total
            : throw new ArgumentOutOfRangeException(
                nameof(shape), shape,
                $"A weight of {rows}x{columns} has {total} blocks of {shape}, at most {int.MaxValue} can be; take larger ones.");
    }

    public int Rows { get; }

    public int Columns { get; }

    public BlockShape Shape { get; }

    /// <summary>Blocks from top to bottom.</summary>
    public int BlockRows { get; }

    /// <summary>Blocks from left to right.</summary>
    public int BlockColumns { get; }

    public int TotalBlocks { get; }

    /// <summary>Real rows of the blocks in a block row: the block height, less at the bottom edge.</summary>
    public int HeightOf(int blockRow) => Math.Min(Shape.Height, Rows - (blockRow * Shape.Height));

    /// <summary>Real columns of the blocks in a block column: the block width, less at the right edge.</summary>
    public int WidthOf(int blockColumn) => Math.Min(Shape.Width, Columns - (blockColumn * Shape.Width));

    /// <summary>Weights in some blocks of a block row; ragged blocks count what they really hold.</summary>
    /// <param name="blockRow">The block row.</param>
    /// <param name="blocks">How many of its blocks.</param>
    /// <param name="withLast">Whether the last block column is among them.</param>
    public long ElementsOf(int blockRow, int blocks, bool withLast)
    {
        long columns = ((long)blocks * Shape.Width) - (withLast ? Shape.Width - WidthOf(BlockColumns - 1) : 0);
        return columns * HeightOf(blockRow);
    }
}
