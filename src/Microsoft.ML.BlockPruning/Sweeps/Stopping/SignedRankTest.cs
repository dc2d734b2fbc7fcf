namespace Microsoft.ML.BlockPruning.Sweeps.Stopping;

/// <summary>Wilcoxon's signed-rank test of pairs: whether differences are above zero more, and farther, than signs by lot.</summary>
/// <remarks>
/// Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1945. Differences of zero are left out, as there; equal
/// sizes share the mean of their ranks. W⁺ is the sum of the ranks of those above zero, and its distribution is exact, ties too: all 2ⁿ
/// signs are equally likely, so that each rank is in W⁺ or not, by halves. n of them take about n³ steps: give some hundred at most.
/// </remarks>
internal static class SignedRankTest
{
    /// <summary>P(W⁺ is as large as it is, or larger), were signs dealt out by lot.</summary>
    /// <param name="differences">One for each pair; 1 is the answer where one of them is not finite or all are zero.</param>
    public static double OneSidedP(IEnumerable<double> differences)
    {
        double[] told = [.. differences.Where(difference => difference != 0).OrderBy(Math.Abs)];
        if (!told.All(double.IsFinite))
        {
            return 1;
        }

        int[] ranks = TwiceTheRanks(told);
        double[] share = DistributionOf(ranks);
        int found = told.Zip(ranks, (difference, rank) => difference > 0 ? rank : 0).Sum();
        return Math.Min(1, share.Skip(found).Sum());
    }

    // From 1, twice, so that the mean of equal ones is a whole number: of the places i to j it is i + j.
    private static int[] TwiceTheRanks(double[] ordered)
    {
        int[] ranks = new int[ordered.Length];
        for (int first = 0, end; first < ordered.Length; first = end)
        {
            end = first + 1;
            while (end < ordered.Length && Math.Abs(ordered[end]) == Math.Abs(ordered[first]))
            {
                end++;
            }

            Array.Fill(ranks, first + 1 + end, first, end - first);
        }

        return ranks;
    }

    // [sum + 1]: the share of all signs that give each sum.
    private static double[] DistributionOf(int[] ranks)
    {
        double[] share = new double[ranks.Sum() + 1];
        share[0] = 1;
        int most = 0;
        foreach (int rank in ranks)
        {
            most += rank;
            for (int sum = most; sum >= 0; sum--)
            {
                share[sum] = (share[sum] + (sum >= rank ? share[sum - rank] : 0)) / 2;
            }
        }

        return share;
    }
}
