using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Benchmarks.Rivals;

/// <summary>How many hidden units and dimensions of q and k stay, for the multiply-adds that a budget of blocks would keep.</summary>
/// <remarks>
/// One share of both, the same in every layer, as in the paper's tables. Products with fewer units or dimensions are counted at their
/// size, q kᵀ too; v, attention · v, proj, the patches and the head stay. Dimensions of a head are rounded, at least one stays, and the
/// units, which are many, take up what that leaves. The code's <c>min_channels</c> and <c>min_qk_dim</c> are left out: no budget this
/// small could be met with them.
/// </remarks>
internal sealed class CorpSizes
{
    private readonly NetworkCost _cost;
    private readonly IReadOnlyList<BranchSpec> _branches;
    private readonly double _unitShare;

    private CorpSizes(NetworkCost cost, IReadOnlyList<BranchSpec> branches, double dimShare, double unitShare)
    {
        (_cost, _branches, DimShare, _unitShare) = (cost, branches, dimShare, unitShare);
    }

    private double DimShare { get; }

    /// <summary>What really stays, as a fraction of the dense network's multiply-adds.</summary>
    public double KeptMultiplyAdds => (double)Kept(branch => DimsOf((AttentionSpec)branch.Middle), UnitsOf) / _cost.TotalMultiplyAdds;

    /// <summary>Sizes for a budget.</summary>
    /// <param name="spec">Attention over all tokens and MLPs.</param>
    /// <param name="keep">Kept fraction of the multiply-adds; met to one unit of each layer, from below.</param>
    /// <returns>null: the least that CORP leaves is more.</returns>
    /// <exception cref="NotSupportedException">A step is neither.</exception>
    public static CorpSizes? For(NetworkSpec spec, double keep)
    {
        var cost = new NetworkCost(spec);
        var branches = BranchesOf(spec);
        var all = new CorpSizes(cost, branches, 1, 1);
        long bare = all.Kept(_ => 0, _ => 0);
        double budget = keep * cost.TotalMultiplyAdds;
        double share = Math.Clamp((budget - bare) / (cost.TotalMultiplyAdds - bare), 0, 1);

        var dims = new CorpSizes(cost, branches, share, 1);
        long withDims = dims.Kept(branch => dims.DimsOf((AttentionSpec)branch.Middle), _ => 0);
        long units = all.Kept(_ => 0, all.UnitsOf) - bare;
        var sizes = new CorpSizes(cost, branches, share, Math.Clamp((budget - withDims) / units, 0, 1));
        return branches.Where(branch => branch.Middle is GeluSpec).All(branch => sizes.UnitsOf(branch) > 0) ? sizes : null;
    }

    /// <summary>Dimensions of q and k that stay in each head.</summary>
    public int DimsOf(AttentionSpec attention) => Math.Max(1, (int)Math.Round(DimShare * attention.HeadDim));

    /// <summary>Hidden units that stay in an MLP.</summary>
    public int UnitsOf(BranchSpec mlp) => (int)((_unitShare * mlp.First.OutFeatures) + 1e-9);

    private long Kept(Func<BranchSpec, int> dimsOf, Func<BranchSpec, int> unitsOf)
    {
        var kept = new Dictionary<string, long>(StringComparer.Ordinal);
        long shrunk = 0; // of q kᵀ, which the counter takes to be whole
        foreach (var branch in _branches)
        {
            var (rows, inputs) = (branch.First.OutFeatures, branch.Second.InFeatures);
            if (branch.Middle is AttentionSpec attention)
            {
                int removed = attention.HeadDim - dimsOf(branch);
                rows -= 2 * attention.Heads * removed;
                shrunk += (long)branch.First.Tokens * branch.First.Tokens * attention.Heads * removed;
            }
            else
            {
                rows = inputs = unitsOf(branch);
            }

            kept.Add(branch.First.Name, (long)rows * branch.First.InFeatures);
            kept.Add(branch.Second.Name, (long)inputs * branch.Second.OutFeatures);
        }

        return _cost.MultiplyAdds(linear => kept[linear.Name]) - shrunk;
    }

    private static List<BranchSpec> BranchesOf(NetworkSpec spec) =>
    [
        .. spec.Steps.Select(step => step is BranchSpec { Middle: AttentionSpec or GeluSpec } branch
            ? branch
            : throw new NotSupportedException($"CORP prunes attention over all tokens and MLPs; '{step.Layer}' has something else.")),
    ];
}
