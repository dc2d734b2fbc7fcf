namespace Microsoft.ML.BlockPruning.Sparsity;

/// <summary>The rules of BSR for parts that come from outside: past them no kernel reads or writes out of bounds.</summary>
internal static class BlockSparseParts
{
    /// <summary>Checks the parts of a weight.</summary>
    /// <param name="grid">The sizes.</param>
    /// <param name="crowIndices">[blockRows + 1].</param>
    /// <param name="colIndices">[blocks].</param>
    /// <param name="values">[blocks, height, width].</param>
    /// <exception cref="InvalidDataException">A part breaks a rule; says which, at what position.</exception>
    public static void Check(BlockGrid grid, int[] crowIndices, int[] colIndices, float[] values)
    {
        CheckLengths(grid, crowIndices, colIndices, values);
        for (int r = 0; r < grid.BlockRows; r++)
        {
            int begin = crowIndices[r];
            int end = crowIndices[r + 1];
            if (begin > end || end > colIndices.Length)
            {
                throw Damaged(
                    $"crow_indices goes from {begin} to {end} at block row {r}, expected no fall and at most {colIndices.Length} blocks");
            }

            for (int block = begin; block < end; block++)
            {
                int column = colIndices[block];
                if (column < 0 || column >= grid.BlockColumns)
                {
                    throw Damaged($"col_indices[{block}] is {column}, expected 0 to {grid.BlockColumns - 1}");
                }

                if (block > begin && column <= colIndices[block - 1])
                {
                    throw Damaged(
                        $"col_indices[{block}] is {column} after {colIndices[block - 1]}, expected rising columns in block row {r}");
                }

                CheckPadding(grid, r, column, block, values);
            }
        }
    }

    private static void CheckLengths(BlockGrid grid, int[] crowIndices, int[] colIndices, float[] values)
    {
        if (crowIndices.Length != grid.BlockRows + 1)
        {
            throw Damaged($"crow_indices has {crowIndices.Length} numbers, expected {grid.BlockRows + 1}");
        }

        if (crowIndices[0] != 0 || crowIndices[^1] != colIndices.Length)
        {
            throw Damaged(
                $"crow_indices runs from {crowIndices[0]} to {crowIndices[^1]}, expected 0 to {colIndices.Length}, "
                + "the number of col_indices");
        }

        long elements = (long)colIndices.Length * grid.Shape.Height * grid.Shape.Width;
        if (values.Length != elements)
        {
            throw Damaged($"values has {values.Length} numbers, expected {elements}: {colIndices.Length} blocks of {grid.Shape}");
        }
    }

    /// <summary>Kernels multiply whole blocks: what lies outside the weight at a ragged edge must be zero.</summary>
    private static void CheckPadding(BlockGrid grid, int blockRow, int blockColumn, int block, float[] values)
    {
        int height = grid.HeightOf(blockRow);
        int width = grid.WidthOf(blockColumn);
        var shape = grid.Shape;
        for (int i = width < shape.Width ? 0 : height; i < shape.Height; i++)
        {
            var row = values.AsSpan(((block * shape.Height) + i) * shape.Width, shape.Width);
            if (row[(i < height ? width : 0)..].ContainsAnyExcept(0f))
            {
                throw Damaged(
                    $"values of block {block} (block row {blockRow}, column {blockColumn}) are not zero outside the weight "
                    + $"of {grid.Rows}x{grid.Columns}");
            }
        }
    }

    private static InvalidDataException Damaged(string fault) => new($"A block-sparse weight is damaged: {fault}.");
}
