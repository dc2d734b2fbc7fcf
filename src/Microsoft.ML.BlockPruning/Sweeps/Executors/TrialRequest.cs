using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Runs;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>From what all trials of a sweep share to the request of one.</summary>
internal static class TrialRequest
{
    /// <summary>The request of a trial.</summary>
    /// <param name="shared">What all trials share; its budget says what is counted, its fraction comes from the trial.</param>
    /// <param name="trial">What it chooses.</param>
    public static PruneRequest Of(PruneRequest shared, Trial trial) => shared with
    {
        Budget = shared.Budget.Keeping(trial.Keep),
        Block = trial.Block,
        Criterion = trial.Criterion,
        Refit = trial.Refit,
        FineTuning = trial.FineTuneEpochs == 0 ? null : (shared.FineTuning ?? new FineTuneOptions()).For(trial.FineTuneEpochs),
    };
}
