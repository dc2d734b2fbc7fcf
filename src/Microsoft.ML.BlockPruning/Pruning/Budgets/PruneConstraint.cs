namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>One budget, in the units of its cost model.</summary>
/// <param name="Costs">What the network costs as its blocks go.</param>
/// <param name="Limit">Upper bound on the cost of the pruned network, fixed part included.</param>
/// <param name="DenseCost">Cost of the network with every layer dense; what fractions are taken of.</param>
/// <param name="Unit">What is counted, as messages name it: "multiply-adds".</param>
internal sealed record PruneConstraint(ICostModel Costs, double Limit, double DenseCost, string Unit)
{
    // Far above the rounding of a fraction and its product, far below a block's share of any network.
    private const double Rounding = 1e-12;

    /// <summary>A budget that keeps a fraction of the dense cost.</summary>
    /// <remarks>
    /// Costs are whole numbers, and so is a limit that is one but for rounding: a sparsity of 0.9 leaves 1 − 0.9 = 0.09999999999999998,
    /// by which ten of a hundred blocks would be one too many.
    /// </remarks>
    public static PruneConstraint Keep(double fraction, ICostModel costs, double denseCost, string unit)
    {
        double limit = fraction * denseCost;
        double whole = Math.Round(limit);
        return new(costs, Math.Abs(limit - whole) <= Rounding * limit ? whole : limit, denseCost, unit);
    }
}
