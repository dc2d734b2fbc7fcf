using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Benchmarks.Rivals;

/// <summary>
/// CORP: one-shot structured pruning with closed-form compensation (Zhang &amp; Yang, arXiv 2602.05243 v2): whole hidden units of MLPs and
/// whole dimensions of q and k, no labels, no gradients.
/// </summary>
/// <remarks>
/// Scores, ridge and folding are those of the authors' code, github.com/BOX-LEO/CORP at 9e536ee, folder <c>pruning</c>, by its defaults.
/// Its default schedule measures anew before each MLP, on the network pruned so far; here each attention and each MLP is measured so.
/// </remarks>
internal sealed class Corp : IRival
{
    public string Grain => "unit";

    public double? KeepOf(NetworkSpec spec, double asked) => CorpSizes.For(spec, asked) is null ? null : asked;

    public RivalNetwork Prune(NetworkWeights dense, CalibrationSet calibration, double keep)
    {
        var sizes = CorpSizes.For(dense.Spec, keep)
            ?? throw new ArgumentException($"CORP cannot keep as little as {keep} of this network; give more.", nameof(keep));
        var weights = ForwardWalk.Run(dense, calibration, (spec, step, streams) =>
        {
            var branch = (BranchSpec)spec; // CorpSizes has seen to it
            if (branch.Middle is AttentionSpec attention)
            {
                new CorpAttention(attention, step, streams).Prune(sizes.DimsOf(attention));
            }
            else
            {
                new CorpMlp(step, streams).Prune(sizes.UnitsOf(branch));
            }
        });
        return new RivalNetwork(weights, sizes.KeptMultiplyAdds);
    }
}
