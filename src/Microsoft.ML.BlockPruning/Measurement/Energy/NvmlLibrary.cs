using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Measurement.Energy;

/// <summary>NVML itself, which comes with the NVIDIA driver.</summary>
/// <remarks>Written after NVML's reference and not yet run beside a GPU: tests run a fake in its place.</remarks>
internal sealed unsafe class NvmlLibrary : INvml
{
    private const int FunctionNotFound = 13; // NVML_ERROR_FUNCTION_NOT_FOUND: the driver is too old to have the call

    private readonly nint _library;

    private NvmlLibrary(nint library) => _library = library;

    /// <summary>Loads the library.</summary>
    /// <returns>Null where no NVIDIA driver is installed.</returns>
    public static NvmlLibrary? TryLoad() =>
        NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvml.dll" : "libnvidia-ml.so.1", out nint library)
            ? new NvmlLibrary(library)
            : null;

    public int Start() => Find("nvmlInit_v2", out nint call) ? ((delegate* unmanaged<int>)call)() : FunctionNotFound;

    public int FindDevice(int index, out nint device)
    {
        nint found = 0;
        int status = Find("nvmlDeviceGetHandleByIndex_v2", out nint call)
            ? ((delegate* unmanaged<uint, nint*, int>)call)((uint)index, &found)
            : FunctionNotFound;
        device = found;
        return status;
    }

    public int ReadMillijoules(nint device, out ulong millijoules)
    {
        ulong energy = 0;
        int status = Find("nvmlDeviceGetTotalEnergyConsumption", out nint call)
            ? ((delegate* unmanaged<nint, ulong*, int>)call)(device, &energy)
            : FunctionNotFound;
        millijoules = energy;
        return status;
    }

    public string Describe(int status) =>
        Find("nvmlErrorString", out nint call)
            ? $"{Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<int, byte*>)call)(status)) ?? "unknown error"} ({status})"
            : $"error {status}";

    public void Stop()
    {
        if (Find("nvmlShutdown", out nint call))
        {
            _ = ((delegate* unmanaged<int>)call)();
        }
    }

    private bool Find(string name, out nint address) => NativeLibrary.TryGetExport(_library, name, out address);
}
