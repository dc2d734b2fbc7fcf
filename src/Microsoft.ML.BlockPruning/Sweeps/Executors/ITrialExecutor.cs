using Microsoft.ML.BlockPruning.Pruning;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>Runs trials, wherever that is: here, in another process, on another machine. One call at a time.</summary>
internal interface ITrialExecutor : IDisposable
{
    /// <summary>Fraction of the validation images, in [0, 1], whose class the dense network finds.</summary>
    double DenseTop1 { get; }

    /// <summary>Calibration images that a trial sees where it does not ask for fewer.</summary>
    int CalibrationImages { get; }

    /// <summary>Runs one trial. The same trial gives the same figures, times apart.</summary>
    /// <param name="trial">What to try.</param>
    /// <param name="onProgress">Called as pruning goes on, one call at a time; it may throw to end the trial.</param>
    /// <param name="cancellationToken">Ends the trial within one batch.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled. Whatever else is thrown is the trial's failure.</exception>
    TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken);
}
