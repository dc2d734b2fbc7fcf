using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Inference.Cuda;

/// <summary>What the kernels need of a driver, a device and a network, each with the sentence for where it is missing.</summary>
internal static class CudaRequirements
{
    /// <summary>CUDA 11.1, the first that reads PTX 7.1.</summary>
    public const int DriverVersion = 11010;

    private const int HeadWidthUnit = 8;
    private const int MaximumImageValues = 1 << 28;

    /// <summary>What is wrong with the driver; null where nothing is.</summary>
    public static string? RefusalOf(int driverVersion) => driverVersion >= DriverVersion
        ? null
        : $"the NVIDIA driver supports CUDA {driverVersion / 1000}.{driverVersion % 1000 / 10}, the kernels need 11.1: update the driver";

    /// <summary>What is wrong with the device; null where nothing is.</summary>
    public static string? RefusalOf(CudaDevice device) => device.CanRunKernels
        ? null
        : $"GPU {device.Index} ({device.Name}) has compute capability {device.ComputeMajor}.{device.ComputeMinor}, the kernels need 8.0 "
            + "(Ampere or later): choose another GPU or the CPU";

    /// <summary>Checks that the kernels are large enough for the network.</summary>
    /// <exception cref="NotSupportedException">They are not; says what does not fit.</exception>
    public static void Check(ViTConfig config)
    {
        if (config.HeadDim % HeadWidthUnit != 0 || config.HeadDim > CudaKernels.MaximumHeadWidth)
        {
            throw new NotSupportedException(
                $"The CUDA kernels take heads of 8, 16, 24 … {CudaKernels.MaximumHeadWidth} features, the network has heads of "
                + $"{config.HeadDim}: score it on the CPU.");
        }

        if (config.Tokens > CudaKernels.MaximumTokens)
        {
            throw new NotSupportedException(
                $"The CUDA kernels take up to {CudaKernels.MaximumTokens} tokens, an image of the network has {config.Tokens}: "
                + "score it on the CPU.");
        }

        // Bytes of an image, and elements of a buffer, are counted in 32 bits there.
        if (config.ImageDim > MaximumImageValues)
        {
            throw new NotSupportedException(
                $"The CUDA session takes images of up to {MaximumImageValues} values, the network reads {config.ImageDim}: "
                + "score it on the CPU.");
        }
    }
}
