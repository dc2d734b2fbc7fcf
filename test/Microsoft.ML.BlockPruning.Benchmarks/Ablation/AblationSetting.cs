using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>What rows share whose importances are the same.</summary>
internal sealed record AblationSetting(AblationNetwork Network, int Images, BlockShape Block, long Seed)
{
    /// <summary>The row that a method has at a budget.</summary>
    /// <param name="spec">Of the network.</param>
    /// <param name="method">The method.</param>
    /// <param name="keep">What was asked for; a rival may have a share of its own.</param>
    /// <returns>null: the method cannot keep so little.</returns>
    public AblationKey? KeyOf(NetworkSpec spec, AblationMethod method, double keep)
    {
        var rival = AblationRivals.Of(method);
        double? share = rival is null ? keep : rival.KeepOf(spec, keep);
        return share is { } kept
            ? new AblationKey(
                AblationNetworks.NameOf(Network), Images, Seed, method.ToString(), kept, rival is null ? Block.ToString() : rival.Grain)
            : null;
    }
}
