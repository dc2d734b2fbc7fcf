using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.Work;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>Decides which blocks stay.</summary>
internal interface IBlockSelection
{
    /// <summary>How often <see cref="Select"/> goes through the calibration images for its statistics; progress counts on it.</summary>
    int Passes { get; }

    /// <summary>Checks that it can meet budgets of this kind, before any work.</summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    void Check(PruneSettings settings);

    /// <summary>The steps of allocation that <see cref="Select"/> reports.</summary>
    /// <param name="layers">The prunable layers in forward order.</param>
    /// <param name="remaining">Those that may lose blocks.</param>
    /// <param name="calibration">The images.</param>
    WorkSchedule WorkOf(IReadOnlyList<PrunableLayer> layers, LayerGrids remaining, CalibrationSet calibration);

    /// <summary>Chooses.</summary>
    /// <param name="context">The network as it stands, the images, and the passes over them.</param>
    /// <param name="task">What may go and what has to be met.</param>
    /// <param name="onStep">Called after each step of allocation; it may throw to cancel.</param>
    BlockSelection Select(CriterionContext context, SelectionTask task, Action onStep);
}
