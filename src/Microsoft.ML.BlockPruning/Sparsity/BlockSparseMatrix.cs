using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Sparsity;

/// <summary>A block-sparse weight in BSR, with PyTorch's names (<c>torch.sparse_bsr</c>).</summary>
/// <remarks>
/// Block row r owns the kept blocks <c>CrowIndices[r] … CrowIndices[r + 1] − 1</c>; block b stands in block column
/// <c>ColIndices[b]</c>, ascending inside a row; its weights are <c>Values[b · height · width …]</c>, row-major, and blocks at a ragged
/// edge are padded with zeros to full size. Float32 weights are an array that is never copied; others are kept as the bytes of their format
/// and decoded where somebody computes with them.
/// </remarks>
internal sealed class BlockSparseMatrix
{
    private readonly BlockGrid _grid;

    private BlockSparseMatrix(BlockGrid grid, int[] crowIndices, int[] colIndices, CodedNumbers values)
    {
        _grid = grid;
        CrowIndices = crowIndices;
        ColIndices = colIndices;
        Values = values;
    }

    public int Rows => _grid.Rows;

    public int Columns => _grid.Columns;

    /// <summary>Height and width of its blocks.</summary>
    public BlockShape Block => _grid.Shape;

    /// <summary>[blockRows + 1], from 0 to the number of kept blocks.</summary>
    public int[] CrowIndices { get; }

    /// <summary>[kept blocks].</summary>
    public int[] ColIndices { get; }

    /// <summary>[kept blocks, height, width], row-major, in a format; the codec of the format says what they cost.</summary>
    public CodedNumbers Values { get; }

    public int BlockRows => _grid.BlockRows;

    public int BlockColumns => _grid.BlockColumns;

    public int TotalBlocks => _grid.TotalBlocks;

    public int KeptBlocks => ColIndices.Length;

    /// <summary>Weights in kept blocks; ragged blocks count what they really hold.</summary>
    public long KeptElements => Enumerable.Range(0, BlockRows)
        .Sum(row => _grid.ElementsOf(row, CrowIndices[row + 1] - CrowIndices[row], withLast: IsKept(row, BlockColumns - 1)));

    /// <summary>Takes the kept blocks of a dense weight, bit for bit.</summary>
    /// <param name="weight">[mask.Rows, mask.Columns] float32, row-major.</param>
    /// <param name="mask">The blocks to take.</param>
    public static BlockSparseMatrix FromDense(ReadOnlySpan<float> weight, BlockMask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        if (weight.Length != (long)mask.Rows * mask.Columns)
        {
            throw new ArgumentException(
                $"A mask over {mask.Rows}x{mask.Columns} needs {(long)mask.Rows * mask.Columns} weights, found {weight.Length}.",
                nameof(weight));
        }

        var shape = mask.Shape;
        int[] crow = new int[mask.BlockRows + 1];
        int[] col = new int[mask.KeptBlocks];
        float[] values = new float[checked(col.Length * shape.Height * shape.Width)];
        int block = 0;
        for (int r = 0; r < mask.BlockRows; r++)
        {
            for (int c = 0; c < mask.BlockColumns; c++)
            {
                if (!mask[r, c])
                {
                    continue;
                }

                col[block] = c;
                for (int i = 0; i < mask.HeightOf(r); i++)
                {
                    weight.Slice((((r * shape.Height) + i) * mask.Columns) + (c * shape.Width), mask.WidthOf(c))
                        .CopyTo(values.AsSpan(((block * shape.Height) + i) * shape.Width));
                }

                block++;
            }

            crow[r + 1] = block;
        }

        var grid = new BlockGrid(mask.Rows, mask.Columns, shape);
        return new BlockSparseMatrix(grid, crow, col, CodedNumbers.Of(values, NumberFormat.Float32));
    }

    /// <summary>Builds a matrix from parts read elsewhere, such as a file, after checking every rule of the format.</summary>
    /// <param name="rows">Output features of the weight.</param>
    /// <param name="columns">Input features of the weight.</param>
    /// <param name="block">The block; not larger than the weight on either side.</param>
    /// <param name="crowIndices">[blockRows + 1], from 0, never falling, to the number of blocks.</param>
    /// <param name="colIndices">[blocks], rising inside a block row.</param>
    /// <param name="values">[blocks, height, width] float32, row-major; zero outside the weight at a ragged edge. Kept, not copied.</param>
    /// <exception cref="InvalidDataException">A part breaks a rule; says which, at what position.</exception>
    public static BlockSparseMatrix FromParts(
        int rows, int columns, BlockShape block, int[] crowIndices, int[] colIndices, float[] values)
    {
        ArgumentNullException.ThrowIfNull(crowIndices);
        ArgumentNullException.ThrowIfNull(colIndices);
        ArgumentNullException.ThrowIfNull(values);
        var grid = new BlockGrid(rows, columns, block);
        BlockSparseParts.Check(grid, crowIndices, colIndices, values);
        return new BlockSparseMatrix(grid, crowIndices, colIndices, CodedNumbers.Of(values, NumberFormat.Float32));
    }

    /// <summary>The same blocks in a format, each weight rounded to nearest; itself where it has the format.</summary>
    public BlockSparseMatrix In(NumberFormat format) => In(BlockCodecs.Of(format));

    /// <inheritdoc cref="In(NumberFormat)"/>
    public BlockSparseMatrix In(IBlockCodec codec) => Values.Codec == codec
        ? this
        : new BlockSparseMatrix(_grid, CrowIndices, ColIndices, CodedNumbers.Of(Values.ToSingles(), codec, Block.Height * Block.Width));

    /// <summary>Whether the matrix holds a block, whatever its values.</summary>
    public bool IsKept(int blockRow, int blockColumn) =>
        ColIndices.AsSpan(CrowIndices[blockRow]..CrowIndices[blockRow + 1]).BinarySearch(blockColumn) >= 0;

    /// <summary>[block columns]: whether a block is left in each: inputs of the others are not read.</summary>
    public bool[] KeptColumns()
    {
        bool[] kept = new bool[BlockColumns];
        foreach (int column in ColIndices)
        {
            kept[column] = true;
        }

        return kept;
    }

    /// <summary>The weight with zeros in removed blocks; kept blocks as they are stored.</summary>
    /// <returns>[rows, columns] float32, row-major.</returns>
    public float[] ToDense()
    {
        float[] dense = new float[checked(Rows * Columns)];
        float[] values = Values.ToSingles();
        for (int r = 0; r < BlockRows; r++)
        {
            int height = Math.Min(Block.Height, Rows - (r * Block.Height));
            for (int block = CrowIndices[r]; block < CrowIndices[r + 1]; block++)
            {
                int column = ColIndices[block] * Block.Width;
                int width = Math.Min(Block.Width, Columns - column);
                for (int i = 0; i < height; i++)
                {
                    values.AsSpan(((block * Block.Height) + i) * Block.Width, width)
                        .CopyTo(dense.AsSpan((((r * Block.Height) + i) * Columns) + column));
                }
            }
        }

        return dense;
    }

    /// <summary>Which blocks the matrix holds, whatever their values.</summary>
    public BlockMask ToMask()
    {
        var mask = new BlockMask(Rows, Columns, Block, keepAll: false);
        for (int r = 0; r < BlockRows; r++)
        {
            for (int block = CrowIndices[r]; block < CrowIndices[r + 1]; block++)
            {
                mask[r, ColIndices[block]] = true;
            }
        }

        return mask;
    }
}
