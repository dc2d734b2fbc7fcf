using Microsoft.ML.BlockPruning.Training;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>Rates the blocks of a layer; importances of all layers share one scale, because the budget is spent across layers.</summary>
internal interface IBlockCriterion
{
    /// <summary>Rates every block of one layer.</summary>
    /// <param name="layer">The layer; not changed.</param>
    /// <param name="statistics">Its statistics; not changed.</param>
    /// <param name="onStrip">Called once per row strip, from any thread but one at a time; it may throw to cancel.</param>
    LayerImportances Rate(PrunableLayer layer, LayerStatistics statistics, Action onStrip);
}
