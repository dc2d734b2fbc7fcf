using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.Torch;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Scoring;

/// <summary>Chooses where calibration, refit and fine-tuning compute, by the rules of scoring, and logs which.</summary>
/// <remarks>A GPU takes one thing more than scoring does: libtorch for CUDA, which the application chooses when it is built.</remarks>
internal static class TrainingDevices
{
    /// <summary>Chooses.</summary>
    /// <param name="host">Has the context's GPU and whether the CPU may take its place; is told what was chosen.</param>
    /// <param name="requested">What the caller said; null: what the context says.</param>
    /// <param name="loadDriver">Gives null where no NVIDIA driver is.</param>
    /// <param name="torchRefusal">Why libtorch cannot compute on a GPU; null where it can. Asked only where one was chosen.</param>
    /// <exception cref="InvalidOperationException">A GPU was asked for, cannot be used, and the CPU may not take its place.</exception>
    public static TorchDevice Choose(
        IHost host, ScoringDevice? requested, Func<ICudaDriver?> loadDriver, Func<string?> torchRefusal)
    {
        using var channel = host.Start("TrainingDevice");
        var choice = DeviceChoice.Of(requested, MlNetHost.GpuDeviceIdOf(host), loadDriver);
        string? refusal = choice.Refusal ?? (choice.Gpu is null ? null : torchRefusal());
        bool isAuto = requested?.Kind == ScoringDevice.DeviceKind.Auto;
        if (refusal is null)
        {
            if (requested is not null || choice.Gpu is not null)
            {
                channel.Info(MessageSensitivity.None, "{0}", $"calibrating and training on {choice.Place}: {choice.Reason}");
            }

            return choice.Gpu is { } gpu ? TorchDevice.Cuda(gpu.Index) : TorchDevice.Cpu;
        }

        if (isAuto)
        {
            channel.Info(MessageSensitivity.None, "{0}", $"calibrating and training on the CPU: {refusal}");
            return TorchDevice.Cpu;
        }

        if (!MlNetHost.MayFallBackToCpu(host))
        {
            throw host.Process(new InvalidOperationException(
                $"Calibration and training cannot use the GPU that was asked for: {refusal}. They take an NVIDIA driver and an application "
                + "that was built with -p:TorchBackend=cuda. Options.TrainingDevice = ScoringDevice.Cpu leaves them on the CPU, "
                + "and so does MLContext.FallbackToCpu."));
        }

        channel.Warning(MessageSensitivity.None, "{0}", $"calibrating and training on the CPU, for the GPU cannot be used: {refusal}");
        return TorchDevice.Cpu;
    }
}
