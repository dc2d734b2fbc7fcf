namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>A symmetric matrix cut into square blocks, each padded to <see cref="Side"/> and stored contiguously.</summary>
/// <remarks>Padding is the identity: a padded feature has variance one and no covariance, so it changes nothing downstream.</remarks>
internal sealed class BlockedMatrix
{
    /// <summary>Cuts a matrix.</summary>
    /// <param name="matrix">[stride, stride] row-major; the first <paramref name="size"/> rows and columns are taken.</param>
    /// <param name="stride">Row length of the source.</param>
    /// <param name="size">Rows and columns to take.</param>
    /// <param name="blockSide">Rows and columns of a block before padding; the last block may hold fewer.</param>
    public BlockedMatrix(ReadOnlySpan<double> matrix, int stride, int size, int blockSide)
    {
        Side = BlockAlgebra.Padded(blockSide);
        Blocks = (size + blockSide - 1) / blockSide;
        Values = new double[checked(Blocks * Blocks * Side * Side)];
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column += blockSide)
            {
                int width = Math.Min(blockSide, size - column);
                long block = ((long)(row / blockSide) * Blocks) + (column / blockSide);
                matrix.Slice((row * stride) + column, width).CopyTo(Values.AsSpan((int)((block * Side) + (row % blockSide)) * Side, width));
            }
        }

        for (int block = 0; block < Blocks; block++)
        {
            for (int i = Math.Min(blockSide, size - (block * blockSide)); i < Side; i++)
            {
                Values[(((((block * Blocks) + block) * Side) + i) * Side) + i] = 1;
            }
        }
    }

    /// <summary>Blocks along one side.</summary>
    public int Blocks { get; }

    /// <summary>Rows and columns of a padded block.</summary>
    public int Side { get; }

    /// <summary>[Blocks, Blocks, Side, Side].</summary>
    public double[] Values { get; }
}
