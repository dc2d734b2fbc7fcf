using Microsoft.ML.BlockPruning.Pruning.Criteria;

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
            return StoredRating.Read(found, context).RecallIn(context);
        }

        var rating = DenseRating.Of(criterion, context);
        files.Keep(StageFiles.Ratings, file => StoredRating.Add(file, context, rating));
        return rating.Importances;
    }
}
