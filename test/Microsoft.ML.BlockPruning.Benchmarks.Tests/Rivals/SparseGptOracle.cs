namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Rivals;

/// <summary>SparseGPT's algorithm 1 for a row, with H inverted anew for the inputs from each column on, as §3.2 derives it.</summary>
internal static class SparseGptOracle
{
    public static double[] Row(double[] weights, double[,] hessian)
    {
        double[] row = [.. weights];
        for (int first = 0; first < row.Length; first += 4)
        {
            double[] scores = [.. Enumerable.Range(first, 4)
                .Select(j => row[j] * row[j] / GaussianElimination.FirstOfInverse(hessian, j)[0])];
            foreach (int j in Enumerable.Range(first, 4).OrderBy(j => scores[j - first]).Take(2).Order())
            {
                double[] inverse = GaussianElimination.FirstOfInverse(hessian, j);
                double error = row[j] / inverse[0];
                for (int k = j; k < row.Length; k++)
                {
                    row[k] -= error * inverse[k - j];
                }

                row[j] = 0;
            }
        }

        return row;
    }
}
