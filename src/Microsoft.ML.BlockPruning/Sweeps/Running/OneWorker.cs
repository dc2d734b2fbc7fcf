using Microsoft.ML.BlockPruning.Sweeps.Executors;

namespace Microsoft.ML.BlockPruning.Sweeps.Running;

/// <summary>Runs a trial when its turn has come, in the sweep's thread.</summary>
/// <param name="executor">Runs it; disposed at the end.</param>
/// <param name="time">The clock.</param>
internal sealed class OneWorker(ITrialExecutor executor, TimeProvider? time = null) : ITrialWorkers
{
    public double DenseTop1 => executor.DenseTop1;

    public int CalibrationImages => executor.CalibrationImages;

    public TrialOutcome Run(
        Trial trial, Func<IReadOnlyCollection<TrialResult>, IEnumerable<Trial>> coming, Action<TrialStep> onStep,
        CancellationToken cancellationToken)
    {
        onStep(new TrialStep(trial, Worker: null, Pruning: null));
        return TrialAttempt.Run(
            executor, trial, step => onStep(new TrialStep(trial, Worker: null, step)), time ?? TimeProvider.System, cancellationToken);
    }

    public void Drop(Trial trial)
    {
        // Nothing runs ahead of its turn.
    }

    public void Dispose() => executor.Dispose();
}
