using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu;

[TestClass]
public sealed class CpuKernelsTests
{
    [TestMethod]
    public void Select_WithoutAName_TakesTheFirstThatRunsHere()
    {
        Assert.AreEqual(CpuKernels.All.First(kernel => kernel.IsSupported), CpuKernels.Select(null));
        Assert.AreEqual(CpuKernels.Select(null), CpuKernels.Select(""));
    }

    [TestMethod]
    public void Select_OfANamedKernel_TakesItOrSaysThatItCannotRun()
    {
        foreach (var kernel in CpuKernels.All)
        {
            if (kernel.IsSupported)
            {
                Assert.AreEqual(kernel, CpuKernels.Select(kernel.Name));
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
    public void Rows_HaveAWeightFormatWhereTheyPackOne_AndOneClassOfArithmetic()
    {
        foreach (var row in CpuKernels.Rows)
        {
            Assert.AreEqual(row.Operation == KernelOperation.Linear ? NumberFormat.Float32 : null, row.Traits.Weights, row.ToString());
            Assert.AreEqual((NumberFormat.Float32, "ieee-fma-ascending"), (row.Traits.Activations, row.Traits.Arithmetic.Name));
        }

        CollectionAssert.AreEqual(
            new[] { new KernelTile(48, 8), new KernelTile(24, 4), new KernelTile(3, 4) },
            CpuKernels.Rows.Where(row => row.Operation == KernelOperation.Linear).Select(row => row.Traits.Tile).ToArray());
    }

    [TestMethod]
    public void All_EndsWithAKernelThatRunsEverywhere() => Assert.IsTrue(CpuKernels.All[^1].IsSupported);
}
