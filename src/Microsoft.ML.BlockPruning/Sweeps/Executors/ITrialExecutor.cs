using Microsoft.ML.BlockPruning.Pruning;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>Runs the trials of a sweep, wherever that is: here, in another process, on another machine. One call at a time.</summary>
/// <remarks>
/// An executor of another package is made by what <c>SparsitySweep.SetExecutor</c> is given; it gets network and images there as files.
/// The sweep disposes it. What it answers is held against what can be: a figure out of its range is a failed trial.
/// </remarks>
public interface ITrialExecutor : IDisposable
{
    /// <summary>Fraction of the validation images, in [0, 1], whose class the dense network finds.</summary>
    double DenseTop1 { get; }

    /// <summary>Calibration images that a trial sees where it does not ask for fewer; at least 1.</summary>
    int CalibrationImages { get; }

    /// <summary>Runs one trial. The same trial gives the same figures, times apart.</summary>
    /// <param name="trial">What to try.</param>
    /// <param name="onProgress">Called as pruning goes on, one call at a time; it may throw to end the trial.</param>
    /// <param name="cancellationToken">Ends the trial within one batch.</param>
    /// <returns>The figures of this trial, and its model where that is handed over.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled. Whatever else is thrown is the trial's failure.</exception>
    TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken);
}
