namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>Runs trials, wherever that is: here, in another process, on another machine.</summary>
internal interface ITrialExecutor
{
    /// <summary>Fraction of the validation images, in [0, 1], whose class the dense network finds.</summary>
    double DenseTop1 { get; }

    /// <summary>Runs one trial. The same trial gives the same figures, times apart.</summary>
    /// <param name="trial">What to try.</param>
    /// <param name="onProgress">Called as pruning goes on, one call at a time; it may throw to end the trial.</param>
    /// <param name="cancellationToken">Ends the trial within one batch.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled. Whatever else is thrown is the trial's failure.</exception>
    TrialOutcome Run(Trial trial, Action<Pruning.PruneProgress> onProgress, CancellationToken cancellationToken);
}
