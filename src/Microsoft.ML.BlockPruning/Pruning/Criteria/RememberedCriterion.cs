using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>
/// Rates the first network that it is asked about once, for all budgets; later shots see other networks, which are rated anew.
/// </summary>
internal sealed class RememberedCriterion(IBlockCriterion criterion) : IBlockCriterion
{
    private NetworkWeights? _network;
    private IReadOnlyList<LayerImportances> _importances = [];
    private IReadOnlyList<IReadOnlyList<float[]>> _tokenWeights = [];

    public int Passes => criterion.Passes;

    public IReadOnlyList<LayerImportances> Rate(CriterionContext context)
    {
        if (ReferenceEquals(_network, context.Dense))
        {
            context.Recall(_tokenWeights);
            return _importances;
        }

        var importances = criterion.Rate(context);
        if (_network is null)
        {
            (_network, _importances, _tokenWeights) = (context.Dense, importances, context.TokenWeights);
        }

        return importances;
    }
}
