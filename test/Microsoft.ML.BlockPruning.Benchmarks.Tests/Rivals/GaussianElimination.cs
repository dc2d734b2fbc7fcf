namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Rivals;

/// <summary>A x = b in plain loops, with row exchanges.</summary>
internal static class GaussianElimination
{
    public static double[] Solve(double[,] matrix, double[] right)
    {
        int n = right.Length;
        var (a, x) = ((double[,])matrix.Clone(), (double[])right.Clone());
        for (int column = 0; column < n; column++)
        {
            int pivot = Enumerable.Range(column, n - column).MaxBy(row => Math.Abs(a[row, column]));
            for (int k = 0; k < n; k++)
            {
                (a[column, k], a[pivot, k]) = (a[pivot, k], a[column, k]);
            }

            (x[column], x[pivot]) = (x[pivot], x[column]);
            for (int row = column + 1; row < n; row++)
            {
                double factor = a[row, column] / a[column, column];
                for (int k = column; k < n; k++)
                {
                    a[row, k] -= factor * a[column, k];
                }

                x[row] -= factor * x[column];
            }
        }

        for (int row = n - 1; row >= 0; row--)
        {
            for (int k = row + 1; k < n; k++)
            {
                x[row] -= a[row, k] * x[k];
            }

            x[row] /= a[row, row];
        }

        return x;
    }

    /// <summary>First row of the inverse of a part of a symmetric matrix: the features of both indices from one on.</summary>
    public static double[] FirstOfInverse(double[,] matrix, int first)
    {
        int n = matrix.GetLength(0) - first;
        double[,] part = new double[n, n];
        for (int i = 0; i < n * n; i++)
        {
            part[i / n, i % n] = matrix[first + (i / n), first + (i % n)];
        }

        double[] unit = new double[n];
        unit[0] = 1;
        return Solve(part, unit);
    }
}
