namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>One budget, in the units of its cost model.</summary>
/// <param name="Costs">What the network costs as its blocks go.</param>
/// <param name="Limit">Upper bound on the cost of the pruned network, fixed part included.</param>
/// <param name="DenseCost">Cost of the network with every layer dense; what fractions are taken of.</param>
/// <param name="Unit">What is counted, as messages name it: "multiply-adds".</param>
internal sealed record PruneConstraint(ICostModel Costs, double Limit, double DenseCost, string Unit)
{
    /// <summary>A budget that keeps a fraction of the dense cost.</summary>
    public static PruneConstraint Keep(double fraction, ICostModel costs, double denseCost, string unit) =>
        new(costs, fraction * denseCost, denseCost, unit);
}
