using Microsoft.ML.BlockPruning.Kernels.Cpu;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu;

[TestClass]
public sealed class CpuKernelsTests
{
    [TestMethod]
    public void Select_WithoutAName_TakesTheFirstThatRunsHere()
    {
        Assert.AreSame(CpuKernels.All.First(kernel => kernel.IsSupported), CpuKernels.Select(null));
        Assert.AreSame(CpuKernels.Select(null), CpuKernels.Select(""));
    }

    [TestMethod]
    public void Select_OfANamedKernel_TakesItOrSaysThatItCannotRun()
    {
        foreach (var kernel in CpuKernels.All)
        {
            if (kernel.IsSupported)
            {
                Assert.AreSame(kernel, CpuKernels.Select(kernel.Name));
            }
            else
            {
                var error = Assert.ThrowsExactly<PlatformNotSupportedException>(() => CpuKernels.Select(kernel.Name));
                StringAssert.Contains(error.Message, "it can run");
            }
        }
    }

    [TestMethod]
    public void Select_OfAnUnknownName_NamesTheList()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => CpuKernels.Select("avx1024"));

        StringAssert.Contains(error.Message, "BLOCKPRUNING_KERNEL=avx1024");
        StringAssert.Contains(error.Message, "avx512-48x8, avx2-24x4, portable");
    }

    [TestMethod]
    public void All_EndsWithAKernelThatRunsEverywhere() => Assert.IsTrue(CpuKernels.All[^1].IsSupported);
}
