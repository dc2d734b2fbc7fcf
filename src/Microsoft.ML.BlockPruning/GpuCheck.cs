using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Measurement.GpuCheck;
using Microsoft.ML.BlockPruning.MlNet.Scoring;

namespace Microsoft.ML.BlockPruning;

/// <summary>Tells whether a GPU computes what the CPU does, and how long it takes.</summary>
/// <remarks>The kernels are tested on an interpreter of their PTX and have never run on a GPU: this is for the one who has one.</remarks>
public static class GpuCheck
{
    /// <summary>Scores random networks on both, through every kernel, and times layers of DeiT on the GPU.</summary>
    /// <param name="gpu">The GPU's number, from 0, as nvidia-smi lists them.</param>
    /// <param name="progress">Told what is being done; null: nobody.</param>
    /// <param name="cancellationToken">Stops it between two cases.</param>
    /// <returns>What was found. Layers are not timed where the scores are wrong.</returns>
    /// <exception cref="PlatformNotSupportedException">There is no driver, no such GPU, or it cannot run the kernels; says why.</exception>
    /// <exception cref="InvalidOperationException">The driver failed; says what and what to do.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static GpuCheckReport Run(int gpu = 0, IProgress<string>? progress = null, CancellationToken cancellationToken = default) =>
        Run(gpu, GpuCheckPlan.Full, NvidiaDriver.TryLoad, progress, cancellationToken);

    internal static GpuCheckReport Run(
        int gpu, GpuCheckPlan plan, Func<ICudaDriver?> loadDriver, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var choice = DeviceChoice.Of(ScoringDevice.Cuda(gpu), gpuDeviceId: null, loadDriver);
        if (choice is not { Driver: { } driver, Gpu: { } device })
        {
            throw new PlatformNotSupportedException($"The GPU cannot be checked: {choice.Refusal}.");
        }

        List<GpuAgreement> agreements = [];
        foreach (var network in plan.Agreements)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report($"comparing {network.Name}, {network.Element}");
            agreements.Add(network.Check(driver, device));
        }

        try
        {
            var timings = agreements.TrueForAll(agreement => agreement.Holds)
                ? Time(plan, driver, device, progress, cancellationToken)
                : [];
            return new GpuCheckReport(device, driver.Version, agreements, timings);
        }
        catch (CudaException error)
        {
            throw new InvalidOperationException(
                $"GPU {device.Index} ({device.Name}) failed while layers were timed. {error.Message}", error);
        }
    }

    private static List<GpuTiming> Time(
        GpuCheckPlan plan, ICudaDriver driver, CudaDevice device, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        using var scope = new CudaScope();
        var context = driver.RetainPrimaryContext(device.Index);
        scope.Add(() => driver.ReleasePrimaryContext(device.Index));
        driver.MakeCurrent(context);
        var stream = driver.CreateStream();
        scope.Add(() => driver.DestroyStream(stream));
        var timer = new LinearTimer(driver, scope.Own(new CudaKernels(driver)), stream, plan.WarmUps, plan.Runs);
        List<GpuTiming> timings = [];
        foreach (var layer in plan.Timings)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report($"timing {layer.Layer}, {layer.Images} images, blocks of {layer.Block}, keep {layer.Keep}");
            timings.Add(timer.Time(layer));
        }

        return timings;
    }
}
