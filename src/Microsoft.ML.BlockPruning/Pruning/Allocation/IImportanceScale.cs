using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.Work;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>Puts the importances of all layers on the scale by which the budget is spread over them.</summary>
internal interface IImportanceScale
{
    /// <summary>Whether what blocks of dead units cost is to be spent again, on whatever layer matters most.</summary>
    bool FreesDeadUnits { get; }

    /// <summary>The steps that <see cref="Apply"/> reports.</summary>
    /// <param name="layers">The prunable layers in forward order.</param>
    /// <param name="remaining">Those that may lose blocks.</param>
    /// <param name="calibration">The images.</param>
    WorkSchedule WorkOf(IReadOnlyList<PrunableLayer> layers, LayerGrids remaining, CalibrationSet calibration);

    /// <summary>Scales.</summary>
    /// <param name="importances">Of every layer that may lose blocks; not changed.</param>
    /// <param name="context">The network and images they are of; its first pass has run.</param>
    /// <param name="onStep">Called after each step; it may throw to cancel.</param>
    /// <returns>One entry per layer given, in order.</returns>
    IReadOnlyList<LayerImportances> Apply(IReadOnlyList<LayerImportances> importances, CriterionContext context, Action onStep);
}
