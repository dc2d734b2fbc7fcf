using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;

namespace Microsoft.ML.BlockPruning;

/// <summary>What a <see cref="SparsitySweep"/> chooses from.</summary>
/// <remarks>There is no dimension of number formats: networks are stored and scored in float32 alone.</remarks>
public sealed class SparsitySearchSpace
{
    /// <summary>Gets or sets what the kept fractions are fractions of.</summary>
    /// <value>
    /// The multiply-adds. Of the budget given its fractions do not count: every trial has its own in their place, of
    /// <see cref="PruneBudget.All"/> in the place of each. <see cref="PruneBudget.Latency"/> is measured once for each block.
    /// </value>
    public PruneBudget Budget { get; set; } = PruneBudget.Flops(1);

    /// <summary>Gets or sets the fractions of the dense network's total that are kept, each in (0, 1].</summary>
    /// <value>0.7, 0.5, 0.35 and 0.25. Random and bisection choose anything between the least and the most.</value>
    public IReadOnlyList<double> Keep { get; set; } = [0.7, 0.5, 0.35, 0.25];

    /// <summary>Gets or sets the weight tiles.</summary>
    /// <value>16 x 16 weights.</value>
    public IReadOnlyList<BlockShape> Block { get; set; } = [new(16, 16)];

    /// <summary>Gets or sets what rates the blocks.</summary>
    /// <value><see cref="PruneCriterion.ObsPath"/>.</value>
    public IReadOnlyList<PruneCriterion> Criterion { get; set; } = [PruneCriterion.ObsPath];

    /// <summary>Gets or sets how trials make up for removed weights. Who names several has their figures on one front.</summary>
    /// <value>
    /// <see cref="PruneRefit.Feedback"/>, a fraction of the time of <see cref="PruneRefit.Reconstruction"/>; the recommended trial is then
    /// run once more with the refit of the sweep's options.
    /// </value>
    public IReadOnlyList<PruneRefit> Refit { get; set; } = [PruneRefit.Feedback];

    /// <summary>Gets or sets for how many epochs trials are fine-tuned after the refit; the options' FineTuning says the rest.</summary>
    /// <value>0: they are not.</value>
    public IReadOnlyList<int> FineTuneEpochs { get; set; } = [0];

    internal SweepSpace ToSpace() => new(
        Keep, Block, Criterion, Refit, FineTuneEpochs);
}
