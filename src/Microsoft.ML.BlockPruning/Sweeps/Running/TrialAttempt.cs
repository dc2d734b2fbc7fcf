using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sweeps.Executors;

namespace Microsoft.ML.BlockPruning.Sweeps.Running;

/// <summary>Runs one trial; whatever it dies of, the others may live, and its failure is its result.</summary>
internal static class TrialAttempt
{
    /// <summary>Runs.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the executor or who is told gave up the sweep.</exception>
    public static TrialOutcome Run(
        ITrialExecutor executor, Trial trial, Action<PruneProgress> onProgress, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        try
        {
            return executor.Run(trial, onProgress, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new TrialOutcome(TrialResult.FailureOf(trial, error.Message, time.GetElapsedTime(start).TotalSeconds));
        }
    }
}
