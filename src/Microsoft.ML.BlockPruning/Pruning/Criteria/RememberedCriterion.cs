using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>
/// Rates the first network that it is asked about once, for all budgets; later shots see other networks, which are rated anew.
/// </summary>
/// <param name="criterion">Rates.</param>
/// <param name="store">Gives the first network's rating out of a store, or lets it be made; null: there is none.</param>
internal sealed class RememberedCriterion(
    IBlockCriterion criterion, Func<CriterionContext, Func<DenseRating>, DenseRating>? store = null) : IBlockCriterion
{
    private NetworkWeights? _network;
    private DenseRating? _rating;

    public int Passes => criterion.Passes;

    public IReadOnlyList<LayerImportances> Rate(CriterionContext context)
    {
        if (_network is not null && !ReferenceEquals(_network, context.Dense))
        {
            return criterion.Rate(context);
        }

        _rating ??= store is null
            ? DenseRating.Of(criterion, context)
            : store(context, () => DenseRating.Of(criterion, context));
        _network = context.Dense;
        return _rating.RecallIn(context);
    }
}
