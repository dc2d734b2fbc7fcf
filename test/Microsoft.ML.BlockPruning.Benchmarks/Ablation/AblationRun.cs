using Microsoft.ML.BlockPruning.Benchmarks.Rivals;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>
/// One network, calibration set, seed and block, pruned by the library's pruner or by a rival; every budget reads the same importances.
/// </summary>
internal sealed class AblationRun(NetworkWeights dense, CalibrationSet calibration, BlockShape block, long seed)
{
    private readonly NetworkCost _cost = new(dense.Spec);
    private readonly AblationMethods _methods = new();

    /// <summary>Prunes to a fraction of the multiply-adds.</summary>
    public AblatedNetwork Prune(AblationMethod method, double keep) => AblationRivals.Of(method) is { } rival
        ? Prune(rival, keep)
        : Prune(_methods.Of(method), keep);

    private AblatedNetwork Prune(IRival rival, double keep)
    {
        var pruned = rival.Prune(dense, calibration, keep);
        return new AblatedNetwork(pruned.Weights, pruned.KeptMultiplyAdds);
    }

    private AblatedNetwork Prune(PruneMethod method, double keep)
    {
        var settings = new PruneSettings
        {
            Layers = new LayerRules(block),
            Constraints = [PruneConstraint.Keep(keep, new FlopsCostModel(_cost), _cost.TotalMultiplyAdds, "multiply-adds")],
            Seed = seed,
        };
        var pruned = new BlockPruner(method).Prune(dense, calibration, settings, _ => { });
        return new AblatedNetwork(pruned.Weights, KeptBy(pruned.Plan)) { Prediction = pruned.Trace?.Selection.Prediction };
    }

    private double KeptBy(SparsityPlan plan) =>
        (double)_cost.MultiplyAdds(linear => plan[linear.Name]?.KeptElements ?? linear.Elements) / _cost.TotalMultiplyAdds;
}
