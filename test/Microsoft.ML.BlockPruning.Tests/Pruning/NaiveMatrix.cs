namespace Microsoft.ML.BlockPruning.Tests.Pruning;

/// <summary>Linear algebra in plain loops, float64: the oracle for everything that libtorch or vectors compute.</summary>
internal static class NaiveMatrix
{
    /// <summary>x with a x = b, by Gauss-Jordan elimination with partial pivoting.</summary>
    public static double[,] Solve(double[,] a, double[,] b)
    {
        int n = a.GetLength(0);
        int m = b.GetLength(1);
        double[,] work = new double[n, n + m];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n + m; j++)
            {
                work[i, j] = j < n ? a[i, j] : b[i, j - n];
            }
        }

        for (int column = 0; column < n; column++)
        {
            int pivot = Enumerable.Range(column, n - column).MaxBy(row => Math.Abs(work[row, column]));
            for (int j = 0; j < n + m; j++)
            {
                (work[column, j], work[pivot, j]) = (work[pivot, j], work[column, j]);
            }

            for (int row = 0; row < n; row++)
            {
                double factor = row == column ? 0 : work[row, column] / work[column, column];
                for (int j = column; factor != 0 && j < n + m; j++)
                {
                    work[row, j] -= factor * work[column, j];
                }
            }
        }

        return Fill(n, m, (i, j) => work[i, n + j] / work[i, i]);
    }

    public static double[,] Multiply(double[,] a, double[,] b) =>
        Fill(a.GetLength(0), b.GetLength(1), (i, j) => Enumerable.Range(0, a.GetLength(1)).Sum(k => a[i, k] * b[k, j]));

    public static double[,] Transpose(double[,] a) => Fill(a.GetLength(1), a.GetLength(0), (i, j) => a[j, i]);

    /// <summary>The rows and columns named.</summary>
    public static double[,] Take(double[,] a, int[] rows, int[] columns) =>
        Fill(rows.Length, columns.Length, (i, j) => a[rows[i], columns[j]]);

    public static double[,] Fill(int rows, int columns, Func<int, int, double> value)
    {
        double[,] result = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                result[i, j] = value(i, j);
            }
        }

        return result;
    }
}
