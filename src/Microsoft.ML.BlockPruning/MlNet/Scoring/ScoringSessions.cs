using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Inference.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Scoring;

/// <summary>Opens the session that a transformer scores with, on the device that the caller or the context chose, and logs which.</summary>
internal static class ScoringSessions
{
    /// <summary>Opens.</summary>
    /// <param name="host">Has the context's GPU and whether the CPU may take its place; is told what was chosen.</param>
    /// <param name="network">The network.</param>
    /// <param name="settings">The device and the threads.</param>
    /// <param name="loadDriver">Gives null where no NVIDIA driver is.</param>
    /// <returns>The session, and where it is.</returns>
    /// <exception cref="InvalidOperationException">A GPU was asked for, cannot be used, and the CPU may not take its place.</exception>
    /// <exception cref="NotSupportedException">Likewise, because the kernels are too small for the network.</exception>
    public static (IScoringSession Session, ScoringDevice Device) Open(
        IHost host, SparseViT network, ScoringSettings settings, Func<ICudaDriver?> loadDriver)
    {
        using var channel = host.Start("Device");
        var choice = DeviceChoice.Of(settings.Device, MlNetHost.GpuDeviceIdOf(host), loadDriver);
        bool mayFallBack = MlNetHost.MayFallBackToCpu(host) || settings.Device?.Kind == ScoringDevice.DeviceKind.Auto;
        if (choice.Refusal is not null)
        {
            var refusal = new InvalidOperationException(
                $"The GPU that was asked for cannot be used: {choice.Refusal}. MLContext.FallbackToCpu would allow the CPU instead.");
            return mayFallBack ? OpenOnCpu(network, settings, channel, choice.Refusal) : throw host.Process(refusal);
        }

        if (choice is not { Driver: { } driver, Gpu: { } gpu })
        {
            if (settings.Device is not null)
            {
                channel.Info(MessageSensitivity.None, "{0}", $"scoring on {choice.Place}: {choice.Reason}");
            }

            return (OpenOnCpu(network, settings), ScoringDevice.Cpu);
        }

        try
        {
            var session = new CudaSession(network, driver, gpu, choice.Precision);
            channel.Info(MessageSensitivity.None, "{0}", $"scoring on {choice.Place} in {choice.Precision}: {choice.Reason}");
            return (session, ScoringDevice.Cuda(gpu.Index, choice.Precision));
        }
        catch (Exception error) when (error is InvalidOperationException or NotSupportedException && mayFallBack)
        {
            return OpenOnCpu(network, settings, channel, error.Message);
        }
    }

    private static (IScoringSession Session, ScoringDevice Device) OpenOnCpu(
        SparseViT network, ScoringSettings settings, IChannel channel, string refusal)
    {
        channel.Warning(MessageSensitivity.None, "{0}", $"scoring on the CPU, for the GPU cannot be used: {refusal}");
        return (OpenOnCpu(network, settings), ScoringDevice.Cpu);
    }

    private static SparseViTSession OpenOnCpu(SparseViT network, ScoringSettings settings) =>
        new(network, settings.NumberOfThreads ?? Environment.ProcessorCount);
}
