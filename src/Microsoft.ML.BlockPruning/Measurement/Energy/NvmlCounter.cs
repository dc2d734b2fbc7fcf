namespace Microsoft.ML.BlockPruning.Measurement.Energy;

/// <summary>The energy counter of one NVIDIA GPU, its memory included, as NVML shows it.</summary>
/// <remarks>
/// 64 bits of millijoules: it never wraps, but begins at zero again where the driver is loaded anew. It moves about ten times a second.
/// NVML numbers GPUs by the PCI bus, CUDA by speed unless told otherwise (<c>CUDA_DEVICE_ORDER=PCI_BUS_ID</c>); where the two disagree the
/// counter is another GPU's and does not rise with the work.
/// </remarks>
internal sealed class NvmlCounter : IEnergyCounter, IDisposable
{
    private const int Success = 0;

    private readonly INvml _nvml;
    private readonly int _index;
    private readonly nint _device;
    private readonly ulong _first;
    private ulong _last;

    private NvmlCounter(INvml nvml, int index, nint device, ulong first)
    {
        _nvml = nvml;
        _index = index;
        _device = device;
        _first = first;
        _last = first;
    }

    /// <summary>Opens the counter of a GPU.</summary>
    /// <param name="index">The GPU's number, from 0.</param>
    /// <param name="load">Gives null where no NVIDIA driver is.</param>
    /// <returns>Null where there is no library, it does not start, or the GPU is not there or counts nothing.</returns>
    public static NvmlCounter? TryOpen(int index, Func<INvml?> load)
    {
        if (load() is not { } nvml || nvml.Start() != Success)
        {
            return null;
        }

        if (nvml.FindDevice(index, out nint device) == Success && nvml.ReadMillijoules(device, out ulong first) == Success)
        {
            return new NvmlCounter(nvml, index, device, first);
        }

        nvml.Stop();
        return null;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">NVML refused, or the counter began anew.</exception>
    public double ReadJoules()
    {
        int status = _nvml.ReadMillijoules(_device, out ulong now);
        if (status != Success)
        {
            throw new InvalidOperationException(
                $"NVML could not read the energy of GPU {_index}: {_nvml.Describe(status)}. "
                + "Measure again, or take EnergyModel's defaults.");
        }

        if (now < _last)
        {
            throw new InvalidOperationException(
                $"The energy counter of GPU {_index} fell from {_last} to {now} mJ, as it does where the driver is loaded anew. "
                + "Measure again.");
        }

        _last = now;
        return (now - _first) / 1e3;
    }

    public void Dispose() => _nvml.Stop();
}
