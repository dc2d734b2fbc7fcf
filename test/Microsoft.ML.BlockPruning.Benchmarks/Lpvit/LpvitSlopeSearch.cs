namespace Microsoft.ML.BlockPruning.Benchmarks.Lpvit;

/// <summary>Finds the one slope at which all layers together meet the target, as LPViT's public code does.</summary>
/// <remarks>
/// At slope 2^s layer l is pruned by α_l = min(1 − minimum kept, the first grid point whose δ_l′ is nearest to 2^s). Bisection on s over
/// [−100, 100] ends within 0.02 of the target or after 40 halvings, then takes the better end of the interval if it beats the middle.
/// Kept as it is: slopes are not divided by what a layer costs, curves that are not convex make α_l jump, the tolerance is absolute, and
/// a 2^s that dwarfs all slopes is equally far from each, so that the first point matches and nothing is pruned.
/// Source: LPViT's <c>find_slope</c>, <c>binary_search</c>, <c>pareto_condition</c>. Cost: at most 42 measures of a plan.
/// </remarks>
/// <param name="slopes">[layers][100] δ′ at α = 0 … 0.99.</param>
/// <param name="minimumKept">Fraction of every layer that stays.</param>
internal sealed class LpvitSlopeSearch(IReadOnlyList<double[]> slopes, double minimumKept)
{
    private const double Tolerance = 0.02;
    private const double Bound = 100;
    private const int Halvings = 40;

    /// <summary>Pruned fraction of every layer at slope 2^s.</summary>
    public double[] AmountsAt(double exponent)
    {
        double slope = Math.Pow(2, exponent);
        return [.. slopes.Select(layer => Math.Min(1 - minimumKept, LpvitCurve.AmountAt(Nearest(layer, slope))))];
    }

    /// <summary>Searches.</summary>
    /// <param name="target">Fraction to keep, in the unit of <paramref name="keptFraction"/>.</param>
    /// <param name="keptFraction">Measures the fraction that is kept at given pruned fractions of the layers.</param>
    /// <returns>[layers] pruned fraction.</returns>
    public double[] Find(double target, Func<double[], double> keptFraction)
    {
        double Excess(double exponent) => keptFraction(AmountsAt(exponent)) - target;

        double low = -Bound;
        double high = Bound;
        double middle = 0;
        for (int halving = 0; halving < Halvings; halving++)
        {
            middle = (low + high) / 2;
            double excess = Excess(middle);
            if (Math.Abs(excess) <= Tolerance)
            {
                return AmountsAt(middle);
            }

            (low, high) = excess > 0 ? (middle, high) : (low, middle);
        }

        double off = Math.Abs(Excess(middle));
        double offLow = Math.Abs(Excess(low));
        double offHigh = Math.Abs(Excess(high));
        if (off > offLow && offHigh > offLow)
        {
            return AmountsAt(low);
        }

        return AmountsAt(off > offHigh && offLow > offHigh ? high : middle);
    }

    private static int Nearest(double[] layer, double slope)
    {
        int nearest = 0;
        for (int i = 1; i < layer.Length; i++)
        {
            nearest = Math.Abs(layer[i] - slope) < Math.Abs(layer[nearest] - slope) ? i : nearest;
        }

        return nearest;
    }
}
