namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>All that a criterion says of a network, for whoever prunes the same network again with the same images and seed.</summary>
/// <param name="Importances">Per layer, in order.</param>
/// <param name="TokenWeights">Per layer and row group, [images · tokens]: those of the refit.</param>
internal sealed record DenseRating(
    IReadOnlyList<LayerImportances> Importances, IReadOnlyList<IReadOnlyList<float[]>> TokenWeights)
{
    /// <summary>Asks a criterion.</summary>
    public static DenseRating Of(IBlockCriterion criterion, CriterionContext context)
    {
        var importances = criterion.Rate(context);
        return new DenseRating(importances, context.TokenWeights);
    }

    /// <summary>Gives a context what its passes would have found.</summary>
    /// <returns>The importances.</returns>
    public IReadOnlyList<LayerImportances> RecallIn(CriterionContext context)
    {
        context.Recall(TokenWeights);
        return Importances;
    }
}
