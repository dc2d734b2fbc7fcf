namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>The lower convex hull of a removal path's cumulative error.</summary>
/// <remarks>
/// A path's errors need not rise: one block looks replaceable until its neighbour has gone. Removing along the path under one global
/// threshold
/// is right only for a convex curve, so each step gets the slope of the hull segment above which it lies.
/// </remarks>
internal static class LowerHull
{
    /// <summary>Slopes of the hull at every step.</summary>
    /// <param name="errors">[steps] error added by each step, at least zero.</param>
    /// <param name="sizes">[steps] weights removed by each step, positive.</param>
    /// <returns>[steps] error per removed weight, never falling.</returns>
    public static double[] Slopes(ReadOnlySpan<double> errors, ReadOnlySpan<int> sizes)
    {
        double[] y = new double[errors.Length + 1];
        double[] x = new double[errors.Length + 1];
        for (int i = 0; i < errors.Length; i++)
        {
            y[i + 1] = y[i] + errors[i];
            x[i + 1] = x[i] + sizes[i];
        }

        var corners = new List<int>(y.Length) { 0 };
        for (int i = 1; i < y.Length; i++)
        {
            while (corners.Count > 1 && Slope(corners[^2], corners[^1]) >= Slope(corners[^1], i))
            {
                corners.RemoveAt(corners.Count - 1);
            }

            corners.Add(i);
        }

        double[] slopes = new double[errors.Length];
        for (int k = 1; k < corners.Count; k++)
        {
            Array.Fill(slopes, Slope(corners[k - 1], corners[k]), corners[k - 1], corners[k] - corners[k - 1]);
        }

        return slopes;

        double Slope(int from, int to) => (y[to] - y[from]) / (x[to] - x[from]);
    }
}
