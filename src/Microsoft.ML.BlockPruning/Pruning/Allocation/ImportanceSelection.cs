using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.Work;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>Rates every block, then spends the budgets by importance per cost.</summary>
/// <param name="criterion">Rates the blocks.</param>
/// <param name="scale">Makes importances of different layers comparable.</param>
internal sealed class ImportanceSelection(IBlockCriterion criterion, IImportanceScale scale) : IBlockSelection
{
    public int Passes => criterion.Passes;

    public void Check(PruneSettings settings)
    {
    }

    public WorkSchedule WorkOf(IReadOnlyList<PrunableLayer> layers, LayerGrids remaining, CalibrationSet calibration) =>
        scale.WorkOf(layers, remaining, calibration).Add(1, 0);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A budget cannot be met.</exception>
    public BlockSelection Select(CriterionContext context, SelectionTask task, Action onStep)
    {
        var importances = scale.Apply(Rate(context, task.Remaining), context, onStep);
        var plan = task.Allocator.Allocate(importances, scale.FreesDeadUnits ? task.Couplings : []);
        onStep();
        return new BlockSelection(plan, importances);
    }

    // What the criterion observed, DeiT-B's 1.2 GB of covariances, is freed on return.
    private List<LayerImportances> Rate(CriterionContext context, LayerGrids remaining)
    {
        using var scope = NewDisposeScope();
        return
        [
            .. criterion.Rate(context).Where(layer => remaining.Contains(layer.LayerName))
                .Select(layer => layer.Within(remaining[layer.LayerName])),
        ];
    }
}
