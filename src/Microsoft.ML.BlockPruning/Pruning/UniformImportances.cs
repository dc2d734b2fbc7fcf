namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>
/// Importances whose global order takes the same share of every layer: the layers' own order stays, their scales go.
/// </summary>
/// <remarks>
/// A block gets its rank in its layer as a fraction, times its weights, so that importance per multiply-add is the fraction.
/// </remarks>
internal static class UniformImportances
{
    /// <summary>Ranks one layer; equal importances rank in the order of rows, columns.</summary>
    /// <param name="importances">The layer's importances; not changed.</param>
    public static LayerImportances Of(LayerImportances importances)
    {
        ArgumentNullException.ThrowIfNull(importances);
        var blocks = importances.Blocks;
        var ranked = new LayerImportances(importances.LayerName, blocks);
        var order = (from row in Enumerable.Range(0, blocks.BlockRows)
                     from column in Enumerable.Range(0, blocks.BlockColumns)
                     select (row, column))
            .OrderBy(block => importances[block.row, block.column] / blocks.ElementsOf(block.row, block.column)).ToList();
        for (int rank = 0; rank < order.Count; rank++)
        {
            var (row, column) = order[rank];
            ranked[row, column] = (rank + 1.0) / order.Count * blocks.ElementsOf(row, column);
        }

        return ranked;
    }
}
