using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs.Resuming;

/// <summary>What a criterion says of a network, in a file: the one place where it is written and read.</summary>
internal static class StoredRating
{
    /// <summary>Adds a rating.</summary>
    /// <param name="file">The file.</param>
    /// <param name="context">Of the rating.</param>
    /// <param name="rating">What is kept.</param>
    public static void Add(StageWriter file, CriterionContext context, DenseRating rating)
    {
        file.AddTokenWeights(context.Layers, rating.TokenWeights);
        foreach (var layer in rating.Importances)
        {
            Add(file, layer);
        }
    }

    /// <summary>Reads what <see cref="Add(StageWriter, CriterionContext, DenseRating)"/> has written.</summary>
    /// <exception cref="InvalidDataException">Something is missing, of another length, or not finite; names it.</exception>
    public static DenseRating Read(StageFile file, CriterionContext context) => new(
        [.. context.Layers.Select(layer => Read(file, layer.Name, layer.Blocks))],
        StageWriter.ReadTokenWeights(file, context));

    /// <summary>Adds the importances of a layer.</summary>
    public static void Add(StageWriter file, LayerImportances layer)
    {
        file.Add(NameOf(layer.LayerName), [.. Places(layer.Blocks).Select(place => layer[place.Row, place.Column])]);
        if (layer.EffectiveImages is { } images)
        {
            file.Add(ImagesOf(layer.LayerName), [images]);
        }
    }

    /// <summary>Whether a file has importances of a layer.</summary>
    public static bool IsIn(StageFile file, string layer) => file.Has(NameOf(layer));

    /// <summary>The importances of a layer.</summary>
    /// <param name="file">The file.</param>
    /// <param name="layer">The layer's name.</param>
    /// <param name="blocks">Its grid.</param>
    public static LayerImportances Read(StageFile file, string layer, BlockMask blocks)
    {
        var importances = new LayerImportances(layer, blocks)
        {
            EffectiveImages = file.Has(ImagesOf(layer)) ? file.Doubles(ImagesOf(layer), 1)[0] : null,
        };
        foreach (var ((row, column), value) in Places(blocks).Zip(file.Doubles(NameOf(layer), blocks.TotalBlocks)))
        {
            importances[row, column] = value;
        }

        return importances;
    }

    private static string ImagesOf(string layer) => $"effective images of {layer}";

    private static string NameOf(string layer) => $"importances of {layer}";

    private static IEnumerable<(int Row, int Column)> Places(BlockMask blocks) =>
        from row in Enumerable.Range(0, blocks.BlockRows)
        from column in Enumerable.Range(0, blocks.BlockColumns)
        select (row, column);
}
