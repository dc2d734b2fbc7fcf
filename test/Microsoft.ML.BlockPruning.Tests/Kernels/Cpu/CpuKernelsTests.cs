using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu;

[TestClass]
public sealed class CpuKernelsTests
{
    [TestMethod]
    public void Select_WithoutAName_TakesTheFirstThatRunsHere()
    {
        var selected = CpuKernels.Select(null);

        Assert.AreEqual(CpuKernels.All.First(kernel => kernel.IsSupported).Name, selected.Name);
        foreach (var format in Enum.GetValues<ProductFormat>())
        {
            Assert.AreSame(
                CpuKernels.Rows.OfType<LinearKernel>().First(row => row.Format == format && row.IsSupported), selected.ProductOf(format));
        }

        Assert.AreEqual(selected, CpuKernels.Select(""));
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
        StringAssert.Contains(error.Message, "avx512vnni-48x8, avx512bf16-48x8, avx512-48x8, avxvnni-24x4, avx2-24x4, portable");
    }

    [TestMethod]
    public void Rows_MultiplyInOneFormatEach_AndKeepTheirPromiseOnBits()
    {
        var classes = new Dictionary<ProductFormat, string[]>
        {
            [ProductFormat.Float32] = ["ieee-fma-ascending"],
            [ProductFormat.BFloat16] = ["bfloat16-pairs", "ieee-fma-bfloat16-weights"],
            [ProductFormat.Int8] = ["exact-int8"],
        };
        foreach (var row in CpuKernels.Rows)
        {
            Assert.IsTrue(row.Operation != KernelOperation.Linear || row.Traits.Product is not null, row.ToString());
            CollectionAssert.Contains(classes[row.Traits.Product ?? ProductFormat.Float32], row.Traits.Arithmetic.Name, row.ToString());
        }

        CollectionAssert.AreEqual(
            new[] { new KernelTile(48, 8), new KernelTile(24, 4), new KernelTile(3, 4) },
            CpuKernels.Rows.OfType<LinearKernel>().Where(row => row.Format == ProductFormat.Float32)
                .Select(row => row.Traits.Tile).ToArray());
    }

    [TestMethod]
    public void ProductOf_EveryFormat_HasARowThatRunsEverywhere()
    {
        var portable = CpuKernels.Select("portable");
        foreach (var format in Enum.GetValues<ProductFormat>())
        {
            Assert.AreEqual(("portable", format), (portable.ProductOf(format).Name, portable.ProductOf(format).Format));
        }

        Assert.AreEqual("portable", portable.NameOf(Enum.GetValues<ProductFormat>()));
        Assert.AreSame(portable.Int8, portable.ProductOf(ProductFormat.Int8, 65_536));
        Assert.AreSame(portable.BFloat16, portable.ProductOf(ProductFormat.Int8, 65_537), "its sums might not fit 32 bits");
    }

    [TestMethod]
    public void All_EndsWithAKernelThatRunsEverywhere() => Assert.IsTrue(CpuKernels.All[^1].IsSupported);
}
