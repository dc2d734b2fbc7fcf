using System.Diagnostics;
using System.Numerics;

namespace Microsoft.ML.BlockPruning.Sparsity;

/// <summary>Which blocks of one weight are kept. Blocks at the right and bottom edge may be ragged.</summary>
/// <remarks>A bit a block, and none for a block row that is as it was at first: an empty mask costs eight bytes a block row.</remarks>
internal sealed class BlockMask
{
    private const int Bits = 64;

    private readonly BlockGrid _grid;
    private readonly bool _initial;
    private readonly ulong[]?[] _rows; // [block rows]; null: every block is _initial. Bits past the last block column are zero.

    /// <summary>Creates a mask over a weight [rows, columns].</summary>
    /// <param name="rows">Output features of the weight.</param>
    /// <param name="columns">Input features of the weight.</param>
    /// <param name="shape">The block; not larger than the weight on either side.</param>
    /// <param name="keepAll">Whether all blocks start kept, or none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive, the block too large, or the blocks too many.</exception>
    public BlockMask(int rows, int columns, BlockShape shape, bool keepAll = true)
    {
        _grid = new BlockGrid(rows, columns, shape);
        _initial = keepAll;
        _rows = new ulong[_grid.BlockRows][];
    }

    public int Rows => _grid.Rows;

    public int Columns => _grid.Columns;

    public BlockShape Shape => _grid.Shape;

    /// <summary>Blocks from top to bottom.</summary>
    public int BlockRows => _grid.BlockRows;

    /// <summary>Blocks from left to right.</summary>
    public int BlockColumns => _grid.BlockColumns;

    public int TotalBlocks => _grid.TotalBlocks;

    public int KeptBlocks => Enumerable.Range(0, BlockRows).Sum(KeptIn);

    /// <summary>Weights in kept blocks; ragged blocks count what they really hold.</summary>
    public long KeptElements =>
        Enumerable.Range(0, BlockRows).Sum(row => _grid.ElementsOf(row, KeptIn(row), withLast: this[row, BlockColumns - 1]));

    public bool this[int blockRow, int blockColumn]
    {
        get
        {
            Check(blockRow, blockColumn);
            return _rows[blockRow] is { } row ? ((row[blockColumn / Bits] >> (blockColumn % Bits)) & 1) != 0 : _initial;
        }

        set
        {
            Check(blockRow, blockColumn);
            if (_rows[blockRow] is null && value == _initial)
            {
                return;
            }

            ulong[] row = _rows[blockRow] ??= NewRow();
            ulong bit = 1ul << (blockColumn % Bits);
            row[blockColumn / Bits] = value ? row[blockColumn / Bits] | bit : row[blockColumn / Bits] & ~bit;
        }
    }

    /// <summary>Real rows of the blocks in a block row: the block height, less at the bottom edge.</summary>
    public int HeightOf(int blockRow) => _grid.HeightOf(blockRow);

    /// <summary>Real columns of the blocks in a block column: the block width, less at the right edge.</summary>
    public int WidthOf(int blockColumn) => _grid.WidthOf(blockColumn);

    /// <summary>Weights that the block really holds.</summary>
    public int ElementsOf(int blockRow, int blockColumn) => HeightOf(blockRow) * WidthOf(blockColumn);

    /// <summary>[block columns]: whether a block is left in each.</summary>
    public bool[] KeptColumns() =>
        [.. Enumerable.Range(0, BlockColumns).Select(column => Enumerable.Range(0, BlockRows).Any(row => this[row, column]))];

    public BlockMask Clone()
    {
        var copy = new BlockMask(Rows, Columns, Shape, _initial);
        for (int row = 0; row < BlockRows; row++)
        {
            copy._rows[row] = (ulong[]?)_rows[row]?.Clone();
        }

        return copy;
    }

    private int KeptIn(int blockRow) =>
        _rows[blockRow] is { } row ? row.Sum(word => BitOperations.PopCount(word)) : _initial ? BlockColumns : 0;

    private ulong[] NewRow()
    {
        ulong[] row = new ulong[((BlockColumns - 1) / Bits) + 1];
        if (_initial)
        {
            Array.Fill(row, ulong.MaxValue);
            row[^1] >>= (Bits - (BlockColumns % Bits)) % Bits;
        }

        return row;
    }

    [Conditional("DEBUG")]
    private void Check(int blockRow, int blockColumn) => Debug.Assert(
        (uint)blockRow < (uint)BlockRows && (uint)blockColumn < (uint)BlockColumns, "block outside the mask");
}
