using Microsoft.ML.BlockPruning.Inference.Energy;
using Microsoft.ML.BlockPruning.Pruning;

namespace Microsoft.ML.BlockPruning;

/// <summary>Measures what multiply-adds and bytes cost on this machine, where it has energy counters.</summary>
public static class EnergyMeasurement
{
    /// <summary>Measures: three seconds, all given threads busy for two of them, 256 MB.</summary>
    /// <param name="numberOfThreads">Threads that score; null for one per logical processor.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>
    /// pJ per multiply-add and per byte of memory, the idle machine's share taken off; for <see cref="PruneBudget.Energy"/>. Null where
    /// the machine has no counter (RAPL, Linux on x64), the user must not read it, or it does not rise with the work, as in many virtual
    /// machines.
    /// </returns>
    /// <remarks>Other work on the machine counts as if it were ours: let it rest.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is not positive.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static EnergyModel? TryMeasure(int? numberOfThreads = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(numberOfThreads ?? 1, nameof(numberOfThreads));
        return RaplCounter.TryOpen() is { } counter
            ? Measure(counter, numberOfThreads ?? Environment.ProcessorCount, cancellationToken)
            : null;
    }

    /// <summary>Measures with any counter.</summary>
    internal static EnergyModel? Measure(IEnergyCounter counter, int threads, CancellationToken cancellationToken)
    {
        using var workloads = new EnergyWorkloads(threads);
        var probe = new EnergyProbe(counter, TimeProvider.System, rest => cancellationToken.WaitHandle.WaitOne(rest));
        double idle = probe.IdleWatts();
        double? multiplyAdd = probe.PicojoulesPerUnit(workloads.MultiplyAdds, idle, cancellationToken.ThrowIfCancellationRequested);
        double? read = probe.PicojoulesPerUnit(workloads.BytesRead, idle, cancellationToken.ThrowIfCancellationRequested);
        return multiplyAdd is { } perMultiplyAdd && read is { } perByte ? new EnergyModel(perMultiplyAdd, perByte) : null;
    }
}
