using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Inference.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.MlNet.Scoring;

/// <summary>Where to compute, and why.</summary>
/// <param name="Driver">The driver; null for the CPU.</param>
/// <param name="Gpu">The GPU; null for the CPU.</param>
/// <param name="Precision">The type there.</param>
/// <param name="Refusal">Why it is not the GPU that was asked for; null where none was, or it is.</param>
/// <param name="Reason">Why it is this one, for the log.</param>
internal sealed record DeviceChoice(ICudaDriver? Driver, CudaDevice? Gpu, NumberFormat Precision, string? Refusal, string Reason)
{
    /// <summary>The device in words.</summary>
    public string Place => Gpu is null ? "the CPU" : $"GPU {Gpu.Index} ({Gpu.Name})";

    /// <summary>Chooses.</summary>
    /// <param name="requested">What the caller said; null: what the context says, as ML.NET's own transforms do.</param>
    /// <param name="gpuDeviceId">The context's GPU; null: none, which to ML.NET means the CPU.</param>
    /// <param name="loadDriver">Gives null where no driver is.</param>
    public static DeviceChoice Of(ScoringDevice? requested, int? gpuDeviceId, Func<ICudaDriver?> loadDriver)
    {
        if (requested?.Kind == ScoringDevice.DeviceKind.Cuda)
        {
            return OfGpu(requested.Index, requested.Precision, "as asked for", loadDriver);
        }

        if (requested?.Kind == ScoringDevice.DeviceKind.Cpu)
        {
            return OfCpu("as asked for");
        }

        if (gpuDeviceId is { } index)
        {
            return OfGpu(index, NumberFormat.Float16, "MLContext.GpuDeviceId asks for it", loadDriver);
        }

        return requested is null ? OfCpu("no device was asked for, nor does MLContext.GpuDeviceId name one") : OfAny(loadDriver);
    }

    private static DeviceChoice OfCpu(string reason, string? refusal = null) =>
        new(null, null, NumberFormat.Float16, refusal, reason);

    private static DeviceChoice OfGpu(int index, NumberFormat precision, string reason, Func<ICudaDriver?> loadDriver)
    {
        try
        {
            var driver = loadDriver();
            if (RefusalOf(driver) is { } refusal)
            {
                return OfCpu(refusal, refusal);
            }

            int count = driver!.DeviceCount;
            if (index < 0 || index >= count)
            {
                refusal = $"there is no GPU {index}: the driver has {count}, counted from 0; choose one that nvidia-smi lists";
                return OfCpu(refusal, refusal);
            }

            var gpu = driver.GetDevice(index);
            return CudaRequirements.RefusalOf(gpu) is { } unfit
                ? OfCpu(unfit, unfit)
                : new DeviceChoice(driver, gpu, precision, Refusal: null, reason);
        }
        catch (CudaException error)
        {
            return OfCpu(error.Message, error.Message);
        }
    }

    /// <summary>The first GPU that will do; that there is none is no refusal, for none was asked for.</summary>
    private static DeviceChoice OfAny(Func<ICudaDriver?> loadDriver)
    {
        try
        {
            var driver = loadDriver();
            if (RefusalOf(driver) is { } refusal)
            {
                return OfCpu(refusal);
            }

            var gpus = Enumerable.Range(0, driver!.DeviceCount).Select(driver.GetDevice).ToList();
            return gpus.FirstOrDefault(gpu => gpu.CanRunKernels) is { } first
                ? OfGpu(first.Index, NumberFormat.Float16, "the first that can run the kernels", () => driver)
                : OfCpu(gpus.Count == 0 ? "the NVIDIA driver sees no GPU" : CudaRequirements.RefusalOf(gpus[0])!);
        }
        catch (CudaException error)
        {
            return OfCpu(error.Message);
        }
    }

    private static string? RefusalOf(ICudaDriver? driver) => driver is null
        ? "no NVIDIA driver was found (libcuda.so.1 or nvcuda.dll): install one, or choose the CPU"
        : CudaRequirements.RefusalOf(driver.Version);
}
