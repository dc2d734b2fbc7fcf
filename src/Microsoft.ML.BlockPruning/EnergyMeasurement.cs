using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Measurement.Energy;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Pruning.Budgets;

namespace Microsoft.ML.BlockPruning;

/// <summary>Measures what multiply-adds and bytes cost on this machine, where it has energy counters.</summary>
public static class EnergyMeasurement
{
    // RAPL moves about every millisecond, NVML about every hundred.
    private static readonly TimeSpan OfProcessor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OfGpu = TimeSpan.FromSeconds(4);

    /// <summary>Measures the processor: three seconds, all given threads busy for two of them, 256 MB.</summary>
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
        ScoringLimits.CheckThreads(numberOfThreads);
        return RaplCounter.TryOpen() is { } counter
            ? MeasureProcessor(counter, numberOfThreads ?? Environment.ProcessorCount, cancellationToken)
            : null;
    }

    /// <summary>Measures the device that is to score. On a GPU: twelve seconds, 350 MB of its memory, busy for eight of them.</summary>
    /// <param name="device">
    /// The device; <see cref="ScoringDevice.Auto"/>: the GPU that it would take, else the processor with one thread for each logical
    /// processor.
    /// </param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>
    /// pJ per multiply-add in the device's precision and per byte of its memory, the idle device's share taken off; for
    /// <see cref="PruneBudget.Energy"/>. Null where that GPU cannot be used, it has no counter (NVML, Volta and newer), or the counter does
    /// not rise with the work; and where the processor's <see cref="TryMeasure(int?, CancellationToken)"/> is null.
    /// </returns>
    /// <remarks>
    /// NVML numbers GPUs by the PCI bus, so with several GPUs set <c>CUDA_DEVICE_ORDER=PCI_BUS_ID</c> and leave
    /// <c>CUDA_VISIBLE_DEVICES</c> alone. The GPU's part has been tested on a fake of NVML, never beside a GPU.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The GPU or its counter failed in the midst of it; says what and what to do.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static EnergyModel? TryMeasureOn(ScoringDevice device, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        return TryMeasureOn(device, NvidiaDriver.TryLoad, NvmlLibrary.TryLoad, OfGpu, cancellationToken);
    }

    internal static EnergyModel? TryMeasureOn(
        ScoringDevice device, Func<ICudaDriver?> loadDriver, Func<INvml?> loadNvml, TimeSpan duration, CancellationToken cancellationToken)
    {
        var choice = DeviceChoice.Of(device, gpuDeviceId: null, loadDriver);
        if (choice is not { Driver: { } driver, Gpu: { } gpu })
        {
            return choice.Refusal is null ? TryMeasure(numberOfThreads: null, cancellationToken) : null;
        }

        using var counter = NvmlCounter.TryOpen(gpu.Index, loadNvml);
        if (counter is null)
        {
            return null;
        }

        try
        {
            using var workloads = new DeviceEnergyWorkloads(driver, gpu.Index, choice.Precision);
            return Measure(counter, workloads, duration, cancellationToken);
        }
        catch (CudaException error)
        {
            throw new InvalidOperationException(
                $"GPU {gpu.Index} ({gpu.Name}) failed while its energy was measured. {error.Message}", error);
        }
    }

    /// <summary>Measures the processor with any counter.</summary>
    internal static EnergyModel? MeasureProcessor(IEnergyCounter counter, int threads, CancellationToken cancellationToken)
    {
        using var workloads = new EnergyWorkloads(threads);
        return Measure(counter, workloads, OfProcessor, cancellationToken);
    }

    private static EnergyModel? Measure(
        IEnergyCounter counter, IEnergyWorkloads workloads, TimeSpan duration, CancellationToken cancellationToken)
    {
        var probe = new EnergyProbe(counter, TimeProvider.System, rest => cancellationToken.WaitHandle.WaitOne(rest), duration);
        double idle = probe.IdleWatts();
        double? multiplyAdd = probe.PicojoulesPerUnit(workloads.MultiplyAdds, idle, cancellationToken.ThrowIfCancellationRequested);
        double? read = probe.PicojoulesPerUnit(workloads.BytesRead, idle, cancellationToken.ThrowIfCancellationRequested);
        return multiplyAdd is { } perMultiplyAdd && read is { } perByte ? new EnergyModel(perMultiplyAdd, perByte) : null;
    }
}
