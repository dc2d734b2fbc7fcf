using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs.Resuming;

/// <summary>Rates the blocks of a shot once: an earlier run's importances are taken where it has kept them.</summary>
internal sealed class StoredCriterion(IBlockCriterion criterion, StageFiles files) : IBlockCriterion
{
    public int Passes => criterion.Passes;

    public IReadOnlyList<LayerImportances> Rate(CriterionContext context)
    {
        using var found = files.Find(StageFiles.Ratings);
        if (found is not null)
        {
            StageWriter.RecallTokenWeights(found, context);
            return [.. context.Layers.Select(layer => Read(found, layer.Name, layer.Blocks))];
        }

        var rated = criterion.Rate(context);
        files.Keep(StageFiles.Ratings, file =>
        {
            file.AddTokenWeights(context);
            foreach (var layer in rated)
            {
                Add(file, layer);
            }
        });
        return rated;
    }

    /// <summary>Adds the importances of a layer.</summary>
    public static void Add(StageWriter file, LayerImportances layer) => file.Add(NameOf(layer.LayerName), [.. Places(layer.Blocks)
        .Select(place => layer[place.Row, place.Column])]);

    /// <summary>Whether a file has importances of a layer.</summary>
    public static bool IsIn(StageFile file, string layer) => file.Has(NameOf(layer));

    /// <summary>The importances of a layer.</summary>
    /// <param name="file">The file.</param>
    /// <param name="layer">The layer's name.</param>
    /// <param name="blocks">Its grid.</param>
    public static LayerImportances Read(StageFile file, string layer, BlockMask blocks)
    {
        var importances = new LayerImportances(layer, blocks);
        foreach (var ((row, column), value) in Places(blocks).Zip(file.Doubles(NameOf(layer), blocks.TotalBlocks)))
        {
            importances[row, column] = value;
        }

        return importances;
    }

    private static string NameOf(string layer) => $"importances of {layer}";

    private static IEnumerable<(int Row, int Column)> Places(BlockMask blocks) =>
        from row in Enumerable.Range(0, blocks.BlockRows)
        from column in Enumerable.Range(0, blocks.BlockColumns)
        select (row, column);
}
