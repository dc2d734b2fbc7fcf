using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Lpvit;

/// <summary>LPViT (ECCV 2024) as its public code computes it, faults included: the method to compare with.</summary>
/// <remarks>
/// <code>
/// tiles → curve → smoothing → (power) → derivative → slope search → the tiles of least mean |w| go, α_l of each layer
/// </code>
/// The curves rank tiles by mean |w g|, the final mask by mean |w|: the code reads its option under the wrong name. Only qkv, proj, fc1
/// and fc2 are pruned here; the code prunes the patch embedding and the heads too. Cost: two passes over the weights, a sort of the tiles.
/// </remarks>
internal sealed class LpvitReference
{
    private readonly LpvitOptions _options;

    /// <summary>Creates the method.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public LpvitReference(LpvitOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _options = options;
    }

    /// <summary>The plan of the public code: within about 0.02 of the target.</summary>
    /// <param name="layers">All prunable layers in forward order.</param>
    /// <param name="target">Fraction to keep, in (0, 1].</param>
    /// <param name="keptFraction">What is compared with the target, such as kept multiply-adds by all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The target is no such fraction.</exception>
    public SparsityPlan Search(IReadOnlyList<LpvitLayer> layers, double target, Func<SparsityPlan, double> keptFraction)
    {
        if (!(target is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(target), target, $"The fraction to keep must be in (0, 1]; found {target}.");
        }

        LpvitTiles[] tiles = [.. layers.Select(LpvitTiles.Of)];
        var search = new LpvitSlopeSearch(Slopes(layers, tiles), MinimumKeptAt(target));

        // The search measures masks of the curves' ranking, as the code does; ragged tiles make a difference.
        var amounts = search.Find(target, amounts => keptFraction(PlanOf(layers, amounts, l => tiles[l].TaylorScore)));
        return PlanOf(layers, amounts, l => tiles[l].MagnitudeScore);
    }

    /// <summary>The same, brought to the budget to one block by scaling all α_l alike, so that methods compare at equal cost.</summary>
    /// <param name="layers">All prunable layers in forward order.</param>
    /// <param name="target">Fraction of the dense network's cost to keep, fixed part included.</param>
    /// <param name="costs">The unit.</param>
    /// <exception cref="ArgumentException">The target cannot be met; the message names the nearest that can.</exception>
    public SparsityPlan SearchAndFit(IReadOnlyList<LpvitLayer> layers, double target, ICostModel costs)
    {
        var fit = new LpvitBudgetFit(layers, costs);
        var found = Search(layers, target, plan => fit.CostOf(plan) / fit.DenseCost);
        return fit.Fit(found, target * fit.DenseCost, MinimumKeptAt(target));
    }

    // The code computes (1 − amount) / 2, meaning half of what is kept, but amount is the kept fraction when FLOPs are the budget.
    private double MinimumKeptAt(double target) => Math.Min(_options.MinimumKept, (1 - target) / 2);

    private List<double[]> Slopes(IReadOnlyList<LpvitLayer> layers, LpvitTiles[] tiles)
    {
        IReadOnlyList<double[]> curves =
        [
            .. tiles.Zip(layers, (sums, layer) => LpvitSmoothing.Smooth(
                LpvitCurve.Of(sums, layer.Weights.Length, _options.SecondOrder), _options.Smoothing)),
        ];
        if (_options.UsePower)
        {
            curves = LpvitPower.AddTo(curves, [.. layers.Select(layer => layer.Blocks)]);
        }

        return [.. curves.Select(curve => LpvitDerivative.Of(curve, _options.Step))];
    }

    private static SparsityPlan PlanOf(IReadOnlyList<LpvitLayer> layers, double[] amounts, Func<int, double[]> scores)
    {
        var plan = new SparsityPlan();
        for (int l = 0; l < layers.Count; l++)
        {
            plan.Add(layers[l].Name, LpvitTiles.MaskAt(amounts[l], scores(l), layers[l].Blocks));
        }

        return plan;
    }
}
