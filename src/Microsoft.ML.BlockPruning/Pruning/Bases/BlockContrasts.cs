namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>
/// An orthonormal basis of the vectors of a width that add up to zero, laid out in blocks: first the contrasts within each block, block
/// after block, then the contrasts between blocks, constant in each.
/// </summary>
/// <remarks>
/// Helmert contrasts: of t parts of equal entries against the next one. A direction that is sent to one of the first kind lies in one block
/// alone, n − 1 to a block of n; the width's blocks less one that are left go to those of the second kind.
/// </remarks>
internal static class BlockContrasts
{
    /// <summary>The basis, [width − 1, width] row-major.</summary>
    /// <param name="width">Features of the stream, at least 2.</param>
    /// <param name="block">Features of a block; the last may have fewer.</param>
    public static double[] Of(int width, int block)
    {
        double[] basis = new double[(width - 1) * width];
        int row = 0;
        for (int first = 0; first < width; first += block)
        {
            int size = Math.Min(block, width - first);
            for (int t = 1; t < size; t++)
            {
                Contrast(basis.AsSpan(row++ * width, width), first, first + t, first + t + 1);
            }
        }

        for (int first = block; first < width; first += block)
        {
            Contrast(basis.AsSpan(row++ * width, width), 0, first, Math.Min(first + block, width));
        }

        return basis;
    }

    // One of n entries against the m after them: √(m / n (n + m)) and −√(n / m (n + m)).
    private static void Contrast(Span<double> row, int start, int middle, int end)
    {
        double n = middle - start, m = end - middle;
        row[start..middle].Fill(Math.Sqrt(m / (n * (n + m))));
        row[middle..end].Fill(-Math.Sqrt(n / (m * (n + m))));
    }
}
