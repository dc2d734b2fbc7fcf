using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.Work;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>The criterion's own scale, one for all layers.</summary>
internal sealed class SharedScale : IImportanceScale
{
    public bool FreesDeadUnits => true;

    public WorkSchedule WorkOf(IReadOnlyList<PrunableLayer> layers, LayerGrids remaining, CalibrationSet calibration) => new();

    public IReadOnlyList<LayerImportances> Apply(
        IReadOnlyList<LayerImportances> importances, CriterionContext context, Action onStep) => importances;
}
