using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Tests.Inference;

/// <summary>
/// Attention within windows in float64 loops, as torchvision's <c>shifted_window_attention</c> does it: pad, roll, cut, mask.
/// </summary>
/// <param name="spec">Heads and windows.</param>
/// <param name="table">[(2 · window − 1)², heads].</param>
/// <param name="padding">[3 · features]: what the first layer gives for zeros.</param>
internal sealed class ReferenceWindows(WindowAttentionSpec spec, float[] table, float[] padding)
{
    private int Features => spec.Heads * spec.HeadDim;

    /// <summary>[tokens][3 · features] to [tokens][features].</summary>
    public double[][] Attend(double[][] qkv)
    {
        int side = (int)Math.Sqrt(qkv.Length), padded = side;
        while (padded % spec.Window != 0)
        {
            padded++;
        }

        double[] fill = [.. padding.Select(value => (double)value)];
        var rolled = new double[padded, padded][];
        for (int row = 0; row < padded; row++)
        {
            for (int column = 0; column < padded; column++)
            {
                rolled[(row - spec.Shift + padded) % padded, (column - spec.Shift + padded) % padded] =
                    row < side && column < side ? qkv[(row * side) + column] : fill;
            }
        }

        var context = qkv.Select(_ => new double[Features]).ToArray();
        for (int row = 0; row < padded; row++)
        {
            for (int column = 0; column < padded; column++)
            {
                int y = (row + spec.Shift) % padded, x = (column + spec.Shift) % padded;
                if (y < side && x < side)
                {
                    context[(y * side) + x] = Query(rolled, padded, row, column);
                }
            }
        }

        return context;
    }

    private double[] Query(double[,][] rolled, int padded, int row, int column)
    {
        int window = spec.Window, top = row / window * window, left = column / window * window;
        double[] context = new double[Features];
        for (int head = 0; head < spec.Heads; head++)
        {
            int start = head * spec.HeadDim;
            var scores = new List<double>();
            var values = new List<double[]>();
            for (int y = top; y < top + window; y++)
            {
                for (int x = left; x < left + window; x++)
                {
                    double[] key = rolled[y, x], query = rolled[row, column];
                    double score = Enumerable.Range(start, spec.HeadDim).Sum(i => query[i] * key[Features + i]) / Math.Sqrt(spec.HeadDim);
                    int distance = ((row - y + window - 1) * ((2 * window) - 1)) + column - x + window - 1;
                    bool isApart = Region(row, padded) != Region(y, padded) || Region(column, padded) != Region(x, padded);
                    scores.Add(score + table[(distance * spec.Heads) + head] + (isApart ? -100 : 0));
                    values.Add(key[((2 * Features) + start)..((2 * Features) + start + spec.HeadDim)]);
                }
            }

            double[] e = [.. scores.Select(score => Math.Exp(score - scores.Max()))];
            for (int i = 0; i < spec.HeadDim; i++)
            {
                context[start + i] = values.Select((value, number) => e[number] / e.Sum() * value[i]).Sum();
            }
        }

        return context;
    }

    private int Region(int place, int padded) =>
        spec.Shift == 0 || place < padded - spec.Window ? 0 : place < padded - spec.Shift ? 1 : 2;
}
