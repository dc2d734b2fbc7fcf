using System.Diagnostics;

namespace Microsoft.ML.BlockPruning.Sparsity;

/// <summary>Which blocks of one weight are kept. Blocks at the right and bottom edge may be ragged.</summary>
internal sealed class BlockMask
{
    private readonly bool[] _kept;

    /// <summary>Creates a mask over a weight [rows, columns].</summary>
    /// <param name="rows">Output features of the weight.</param>
    /// <param name="columns">Input features of the weight.</param>
    /// <param name="shape">The block; not larger than the weight on either side.</param>
    /// <param name="keepAll">Whether all blocks start kept, or none.</param>
    public BlockMask(int rows, int columns, BlockShape shape, bool keepAll = true)
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
        BlockRows = (rows + shape.Height - 1) / shape.Height;
        BlockColumns = (columns + shape.Width - 1) / shape.Width;
        _kept = new bool[checked(BlockRows * BlockColumns)];
        Array.Fill(_kept, keepAll);
    }

    public int Rows { get; }

    public int Columns { get; }

    public BlockShape Shape { get; }

    /// <summary>Blocks from top to bottom.</summary>
    public int BlockRows { get; }

    /// <summary>Blocks from left to right.</summary>
    public int BlockColumns { get; }

    public int TotalBlocks => _kept.Length;

    public int KeptBlocks => _kept.Count(kept => kept);

    /// <summary>Weights in kept blocks; ragged blocks count what they really hold.</summary>
    public long KeptElements
    {
        get
        {
            long sum = 0;
            for (int r = 0; r < BlockRows; r++)
            {
                for (int c = 0; c < BlockColumns; c++)
                {
                    sum += this[r, c] ? ElementsOf(r, c) : 0;
                }
            }

            return sum;
        }
    }

    public bool this[int blockRow, int blockColumn]
    {
        get => _kept[Index(blockRow, blockColumn)];
        set => _kept[Index(blockRow, blockColumn)] = value;
    }

    /// <summary>Real rows of the blocks in a block row: the block height, less at the bottom edge.</summary>
    public int HeightOf(int blockRow) => Math.Min(Shape.Height, Rows - (blockRow * Shape.Height));

    /// <summary>Real columns of the blocks in a block column: the block width, less at the right edge.</summary>
    public int WidthOf(int blockColumn) => Math.Min(Shape.Width, Columns - (blockColumn * Shape.Width));

    /// <summary>Weights that the block really holds.</summary>
    public int ElementsOf(int blockRow, int blockColumn) => HeightOf(blockRow) * WidthOf(blockColumn);

    public BlockMask Clone()
    {
        var copy = new BlockMask(Rows, Columns, Shape);
        _kept.CopyTo(copy._kept, 0);
        return copy;
    }

    private int Index(int blockRow, int blockColumn)
    {
        Debug.Assert((uint)blockRow < (uint)BlockRows && (uint)blockColumn < (uint)BlockColumns, "block outside the mask");
        return (blockRow * BlockColumns) + blockColumn;
    }
}
