using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>One network, seed and block, pruned by the library's pruner; every budget reads the same importances.</summary>
internal sealed class AblationRun(AblationSubject subject, BlockShape block, long seed)
{
    private readonly NetworkCost _cost = new(subject.Weights.Spec);
    private readonly AblationMethods _methods = new();

    /// <summary>Prunes to a fraction of the multiply-adds.</summary>
    public PrunedNetwork Prune(AblationMethod method, double keep)
    {
        var settings = new PruneSettings
        {
            Layers = new LayerRules(block),
            Constraints = [PruneConstraint.Keep(keep, new FlopsCostModel(_cost), _cost.TotalMultiplyAdds, "multiply-adds")],
            Seed = seed,
        };
        return new BlockPruner(_methods.Of(method)).Prune(subject.Weights, subject.Calibration, settings, _ => { });
    }

    /// <summary>Kept multiply-adds as a fraction of the dense network's, by the one counter.</summary>
    public double KeptBy(SparsityPlan plan) =>
        (double)_cost.MultiplyAdds(linear => plan[linear.Name]?.KeptElements ?? linear.Elements) / _cost.TotalMultiplyAdds;
}
