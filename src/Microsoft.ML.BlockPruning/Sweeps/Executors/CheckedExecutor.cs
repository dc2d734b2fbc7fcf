using System.Text.Json;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>An executor of another package, whose answers are held against what can be before tuner and journal see them.</summary>
/// <param name="inner">Runs the trials.</param>
/// <param name="dense">The network that is pruned.</param>
internal sealed class CheckedExecutor(ITrialExecutor inner, NetworkSpec dense) : ITrialExecutor
{
    public double DenseTop1 => inner.DenseTop1 is >= 0 and <= 1 and var top1
        ? top1
        : throw new InvalidOperationException($"The executor gives the dense network a top-1 of {inner.DenseTop1}, expected 0 to 1.");

    public int CalibrationImages => inner.CalibrationImages is > 0 and var count
        ? count
        : throw new InvalidOperationException($"The executor has {inner.CalibrationImages} calibration images, expected 1 or more.");

    public TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken)
    {
        var outcome = RunInner(trial, onProgress, cancellationToken)
            ?? throw new InvalidOperationException($"The executor has no answer to the trial {trial}.");
        if (outcome.Result.Trial != trial)
        {
            throw new InvalidOperationException($"The executor was asked for the trial {trial} and answers {outcome.Result.Trial}.");
        }

        if (outcome.Network is { } network && !network.Spec.HasSameParts(dense))
        {
            throw new InvalidOperationException($"The executor's answer to the trial {trial} has a model of another network.");
        }

        try
        {
            SweepFigures.Check(outcome.Result);
        }
        catch (JsonException error)
        {
            throw new InvalidOperationException($"The executor's answer to the trial {trial} cannot be: {error.Message}", error);
        }

        return outcome.Result.IsCompleted ? outcome : throw new InvalidOperationException(
            $"The executor's answer to the trial {trial} is a failure: {outcome.Result.Error}");
    }

    public void Dispose() => inner.Dispose();

    // A time limit of its own, as an HTTP client has one, looks like a cancellation and ends one trial, not the sweep.
    private TrialOutcome? RunInner(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken)
    {
        bool isStopped = false;
        try
        {
            return inner.Run(
                trial,
                step =>
                {
                    isStopped = true; // stays where the call throws
                    onProgress(step);
                    isStopped = false;
                },
                cancellationToken);
        }
        catch (OperationCanceledException error) when (!isStopped && !cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"The executor gave up the trial {trial} by itself: {error.Message}", error);
        }
    }
}
