using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.Work;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>
/// Importances whose global order takes the same share of every layer: the layers' own order stays, their scales go.
/// </summary>
/// <remarks>
/// A block gets its rank in its layer as a fraction, times its weights, so that importance per multiply-add is the fraction. Dead units are
/// not looked for: what they free would be spent where shares are no longer the same.
/// </remarks>
internal sealed class UniformImportances : IImportanceScale
{
    public bool FreesDeadUnits => false;

    /// <summary>
    /// Ranks one layer; equal importances rank in the order of rows, columns. Blocks that have gone take the first ranks.
    /// </summary>
    /// <param name="importances">The layer's importances; not changed.</param>
    public static LayerImportances Of(LayerImportances importances)
    {
        ArgumentNullException.ThrowIfNull(importances);
        var blocks = importances.Blocks;
        var ranked = new LayerImportances(importances.LayerName, blocks);
        var path = new RemovalPath(importances);
        int gone = blocks.TotalBlocks - path.Length;
        for (int step = 0; step < path.Length; step++)
        {
            var (row, column) = path[step];
            ranked[row, column] = (gone + step + 1.0) / blocks.TotalBlocks * blocks.ElementsOf(row, column);
        }

        return ranked;
    }

    public WorkSchedule WorkOf(IReadOnlyList<PrunableLayer> layers, LayerGrids remaining, CalibrationSet calibration) => new();

    public IReadOnlyList<LayerImportances> Apply(
        IReadOnlyList<LayerImportances> importances, CriterionContext context, Action onStep) => [.. importances.Select(Of)];
}
