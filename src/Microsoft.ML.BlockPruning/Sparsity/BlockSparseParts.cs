namespace Microsoft.ML.BlockPruning.Sparsity;

/// <summary>The rules of BSR for parts that come from outside: past them no kernel reads or writes out of bounds.</summary>
internal static class BlockSparseParts
{
    /// <summary>Checks the parts of a weight.</summary>
    /// <param name="mask">Gives the sizes; what it keeps does not matter.</param>
    /// <param name="crowIndices">[blockRows + 1].</param>
    /// <param name="colIndices">[blocks].</param>
    /// <param name="values">[blocks, height, width].</param>
    /// <exception cref="InvalidDataException">A part breaks a rule; says which, at what position.</exception>
    public static void Check(BlockMask mask, int[] crowIndices, int[] colIndices, float[] values)
    {
        CheckLengths(mask, crowIndices, colIndices, values);
        for (int r = 0; r < mask.BlockRows; r++)
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
                if (column < 0 || column >= mask.BlockColumns)
                {
                    throw Damaged($"col_indices[{block}] is {column}, expected 0 to {mask.BlockColumns - 1}");
                }

                if (block > begin && column <= colIndices[block - 1])
                {
                    throw Damaged(
                        $"col_indices[{block}] is {column} after {colIndices[block - 1]}, expected rising columns in block row {r}");
                }

                CheckPadding(mask, r, column, block, values);
            }
        }
    }

    private static void CheckLengths(BlockMask mask, int[] crowIndices, int[] colIndices, float[] values)
    {
        if (crowIndices.Length != mask.BlockRows + 1)
        {
            throw Damaged($"crow_indices has {crowIndices.Length} numbers, expected {mask.BlockRows + 1}");
        }

        if (crowIndices[0] != 0 || crowIndices[^1] != colIndices.Length)
        {
            throw Damaged(
                $"crow_indices runs from {crowIndices[0]} to {crowIndices[^1]}, expected 0 to {colIndices.Length}, "
                + "the number of col_indices");
        }

        long elements = (long)colIndices.Length * mask.Shape.Height * mask.Shape.Width;
        if (values.Length != elements)
        {
            throw Damaged($"values has {values.Length} numbers, expected {elements}: {colIndices.Length} blocks of {mask.Shape}");
        }
    }

    /// <summary>Kernels multiply whole blocks: what lies outside the weight at a ragged edge must be zero.</summary>
    private static void CheckPadding(BlockMask mask, int blockRow, int blockColumn, int block, float[] values)
    {
        int height = mask.HeightOf(blockRow);
        int width = mask.WidthOf(blockColumn);
        var shape = mask.Shape;
        for (int i = width < shape.Width ? 0 : height; i < shape.Height; i++)
        {
            var row = values.AsSpan(((block * shape.Height) + i) * shape.Width, shape.Width);
            if (row[(i < height ? width : 0)..].ContainsAnyExcept(0f))
            {
                throw Damaged(
                    $"values of block {block} (block row {blockRow}, column {blockColumn}) are not zero outside the weight "
                    + $"of {mask.Rows}x{mask.Columns}");
            }
        }
    }

    private static InvalidDataException Damaged(string fault) => new($"A block-sparse weight is damaged: {fault}.");
}
