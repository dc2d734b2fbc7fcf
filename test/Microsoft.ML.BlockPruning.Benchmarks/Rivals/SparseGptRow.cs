namespace Microsoft.ML.BlockPruning.Benchmarks.Rivals;

/// <summary>A row of a weight, pruned to 2 of every 4 inputs from left to right (SparseGPT, Frantar &amp; Alistarh, ICML 2023).</summary>
/// <remarks>
/// H⁻¹ = Uᵀ U with U upper triangular: U_jj² is [H⁻¹]_jj of the inputs from j on, those before being fixed already, and U_j· / U_jj is how
/// they take up what j loses (§3.2; algorithm 1, with M chosen for four inputs at a time).
/// </remarks>
/// <param name="factor">U, [inputs, inputs] row-major.</param>
/// <param name="inputs">A multiple of four.</param>
internal sealed class SparseGptRow(double[] factor, int inputs)
{
    private const int Group = 4;
    private const int RemovedOfGroup = 2;

    /// <summary>Prunes in place.</summary>
    /// <param name="row">[inputs].</param>
    public void Prune(Span<double> row)
    {
        Span<double> scores = stackalloc double[Group];
        for (int first = 0; first < inputs; first += Group)
        {
            for (int i = 0; i < Group; i++)
            {
                double ratio = row[first + i] / factor[((first + i) * inputs) + first + i];
                scores[i] = ratio * ratio;
            }

            // Chosen before any of the four is removed, as in the authors' code.
            for (int i = 0; i < Group; i++)
            {
                if (RankOf(scores, i) < RemovedOfGroup)
                {
                    Remove(row, first + i);
                }
            }
        }
    }

    /// <summary>Sets a weight to zero; those after it take up what its output was, by least squares (OBS).</summary>
    /// <param name="row">[inputs].</param>
    /// <param name="input">Which weight.</param>
    public void Remove(Span<double> row, int input)
    {
        var direction = factor.AsSpan(input * inputs, inputs);
        double error = row[input] / direction[input];
        for (int later = input + 1; later < inputs; later++)
        {
            row[later] -= error * direction[later];
        }

        row[input] = 0;
    }

    // Equal scores go from left to right.
    private static int RankOf(ReadOnlySpan<double> scores, int index)
    {
        int rank = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            rank += scores[i] < scores[index] || (scores[i] == scores[index] && i < index) ? 1 : 0;
        }

        return rank;
    }
}
