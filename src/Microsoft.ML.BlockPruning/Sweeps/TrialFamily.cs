using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>Trials that differ in what they keep alone: along them accuracy rises with the kept fraction, but for noise.</summary>
/// <param name="Block">Height x width in weights.</param>
/// <param name="Criterion">What rates the blocks.</param>
/// <param name="Refit">How kept weights make up for the others.</param>
/// <param name="FineTuneEpochs">Passes of fine-tuning; 0: none.</param>
internal sealed record TrialFamily(BlockShape Block, PruneCriterion Criterion, PruneRefit Refit, int FineTuneEpochs)
{
    public Trial At(double keep) => new(keep, Block, Criterion, Refit, FineTuneEpochs);
}
