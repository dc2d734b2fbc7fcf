using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Networks;

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

    /// <summary>Checks that there are kernels for all of the network, and that they are large enough.</summary>
    /// <exception cref="NotSupportedException">There are not, or they are not; says what does not fit.</exception>
    public static void Check(NetworkSpec spec)
    {
        if (spec.Steps.FirstOrDefault(step => step is not BranchSpec) is { } merge)
        {
            throw new NotSupportedException(
                $"The CUDA session merges no tokens, the network does in '{merge.Layer}': score it on the CPU.");
        }

        if (spec.Parts.OfType<NormPart>().FirstOrDefault(part => part.Norm.Features % 2 != 0) is { } odd)
        {
            throw new NotSupportedException(
                $"The CUDA kernels norm an even number of features, the network's '{odd.Norm.Name}' has {odd.Norm.Features}: "
                + "score it on the CPU.");
        }

        foreach (var branch in spec.Steps.Cast<BranchSpec>())
        {
            CheckMiddle(branch);
        }

        if (spec.Tokens > CudaKernels.MaximumTokens)
        {
            throw new NotSupportedException(
                $"The CUDA kernels take up to {CudaKernels.MaximumTokens} tokens, an image of the network has {spec.Tokens}: "
                + "score it on the CPU.");
        }

        // Bytes of an image, and elements of a buffer, are counted in 32 bits there.
        if (spec.ImageDim > MaximumImageValues)
        {
            throw new NotSupportedException(
                $"The CUDA session takes images of up to {MaximumImageValues} values, the network reads {spec.ImageDim}: "
                + "score it on the CPU.");
        }
    }

    private static void CheckMiddle(BranchSpec branch)
    {
        if (branch.Middle is not (AttentionSpec or GeluSpec))
        {
            throw new NotSupportedException(
                $"The CUDA session has no kernel for the middle of '{branch.Layer}', {branch.Middle.GetType().Name}: score it on the CPU.");
        }

        if (branch.Middle is AttentionSpec { HeadDim: var width }
            && (width % HeadWidthUnit != 0 || width > CudaKernels.MaximumHeadWidth))
        {
            throw new NotSupportedException(
                $"The CUDA kernels take heads of 8, 16, 24 … {CudaKernels.MaximumHeadWidth} features, the network has heads of "
                + $"{width}: score it on the CPU.");
        }
    }
}
