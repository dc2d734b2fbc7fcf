using System.Runtime.Intrinsics;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu;

/// <summary>The list of kernels, and the choice among them.</summary>
internal static class CpuKernels
{
    /// <summary>Environment variable that forces a kernel by its name.</summary>
    public const string ForceVariable = "BLOCKPRUNING_KERNEL";

#pragma warning disable RS0030 // The choice of a kernel is the one place that reads the environment.
    private static readonly Lazy<CpuKernel> FromEnvironment = new(() => Select(Environment.GetEnvironmentVariable(ForceVariable)));
#pragma warning restore RS0030

    /// <summary>Every kernel, fastest first: the list that dispatch, tests and benchmarks read.</summary>
    /// <remarks>A name says instruction set, then tokens by output features of its micro-kernel.</remarks>
    public static IReadOnlyList<CpuKernel> All { get; } =
    [
        new CpuKernelOf<Avx512Isa, Vector512<float>>("avx512-48x8"),
        new CpuKernelOf<Avx2Isa, Vector256<float>>("avx2-24x4"), // half the lanes and half the registers: half the speed
        new CpuKernelOf<PortableIsa, float>("portable"), // for processors that have neither, and to check the others against
    ];

    /// <summary>The fastest kernel of this processor, or the one that the environment forces.</summary>
    /// <exception cref="InvalidOperationException">The environment forces a kernel that does not exist.</exception>
    /// <exception cref="PlatformNotSupportedException">The environment forces a kernel that this processor cannot run.</exception>
    public static CpuKernel Selected => FromEnvironment.Value;

    /// <summary>Chooses a kernel.</summary>
    /// <param name="forced">A name from the list; null or empty takes the first one that runs here.</param>
    internal static CpuKernel Select(string? forced)
    {
        if (string.IsNullOrEmpty(forced))
        {
            return All.First(kernel => kernel.IsSupported);
        }

        var named = All.FirstOrDefault(kernel => kernel.Name == forced)
            ?? throw new InvalidOperationException(
                $"{ForceVariable}={forced} names no kernel; choose one of {string.Join(", ", All)}, or unset it.");
        return named.IsSupported
            ? named
            : throw new PlatformNotSupportedException(
                $"{ForceVariable}={forced} needs instructions that this processor lacks or that are switched off; "
                + $"it can run {string.Join(", ", All.Where(kernel => kernel.IsSupported))}.");
    }
}
