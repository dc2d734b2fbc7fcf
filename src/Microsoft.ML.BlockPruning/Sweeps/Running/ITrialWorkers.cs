using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sweeps.Executors;

namespace Microsoft.ML.BlockPruning.Sweeps.Running;

/// <summary>What runs the trials of a sweep for its loop, which takes them one by one in the tuner's order.</summary>
internal interface ITrialWorkers : IDisposable
{
    /// <summary>Fraction of the validation images, in [0, 1], whose class the dense network finds.</summary>
    double DenseTop1 { get; }

    /// <summary>Calibration images that a trial sees where it does not ask for fewer.</summary>
    int CalibrationImages { get; }

    /// <summary>Gives the outcome of a trial, a failed one too; others may be running, or done, when it returns.</summary>
    /// <param name="trial">The one whose turn it is.</param>
    /// <param name="coming">
    /// The trials whose turn is going to come whatever those that run find, in order, given results that nobody has taken yet.
    /// </param>
    /// <param name="onStep">Called from this thread, for any trial that runs. What it throws ends the sweep.</param>
    /// <param name="cancellationToken">Ends all that run within one batch.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    TrialOutcome Run(
        Trial trial, Func<IReadOnlyCollection<TrialResult>, IEnumerable<Trial>> coming, Action<TrialStep> onStep,
        CancellationToken cancellationToken);

    /// <summary>Passes over a trial whose turn it is; where it ran ahead, nobody takes what it found.</summary>
    void Drop(Trial trial);
}

/// <summary>A trial begins, where <paramref name="Pruning"/> is null, or goes on.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="Worker">Who runs it, from 1; null where trials run one after the other.</param>
/// <param name="Pruning">How far it has come.</param>
internal readonly record struct TrialStep(Trial Trial, int? Worker, PruneProgress? Pruning);
