using System.Globalization;
using Microsoft.ML.BlockPruning.Pruning;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>Refuses trials in this process that cannot stay below a limit of its memory; one that is running it cannot stop.</summary>
/// <param name="inner">Runs the trials.</param>
/// <param name="least">Bytes that the first trial adds at the least; later ones find that memory there.</param>
/// <param name="limit">Bytes of resident memory of this process.</param>
/// <param name="heldNow">Bytes that it holds.</param>
internal sealed class MemoryGuard(ITrialExecutor inner, long least, long limit, Func<long> heldNow) : ITrialExecutor
{
    private bool _hasRun;

    public double DenseTop1 => inner.DenseTop1;

    public int CalibrationImages => inner.CalibrationImages;

    /// <summary>Checks before a trial begins.</summary>
    /// <exception cref="InvalidOperationException">It cannot stay below the limit.</exception>
    public void Check()
    {
        long held = heldNow();
        long added = _hasRun ? 0 : least;
        if (held + added > limit)
        {
            const double megabyte = 1 << 20;
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"This process holds {held / megabyte:F0} MB and a trial adds {added / megabyte:F0} MB at least, more than the limit of "
                + $"{limit / megabyte:F0} MB: raise the limit, calibrate with fewer images, or run trials in child processes."));
        }
    }

    public TrialOutcome Run(Trial trial, Action<PruneProgress> onProgress, CancellationToken cancellationToken)
    {
        Check();
        _hasRun = true;
        return inner.Run(trial, onProgress, cancellationToken);
    }

    public void Dispose() => inner.Dispose();
}
