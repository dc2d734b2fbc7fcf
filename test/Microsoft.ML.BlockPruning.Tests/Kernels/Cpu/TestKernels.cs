using Microsoft.ML.BlockPruning.Kernels.Cpu;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu;

internal static class TestKernels
{
    public static IEnumerable<string> Names => CpuKernels.All.Select(kernel => kernel.Name);

    /// <summary>A kernel that this processor lacks leaves its tests inconclusive, never green.</summary>
    public static CpuKernel SupportedOrInconclusive(string name)
    {
        var kernel = CpuKernels.All.Single(kernel => kernel.Name == name);
        if (!kernel.IsSupported)
        {
            Assert.Inconclusive($"This processor cannot run {name}.");
        }

        return kernel;
    }
}
