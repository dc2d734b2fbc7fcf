using System.Runtime.Intrinsics;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cpu;

namespace Microsoft.ML.BlockPruning.Tests.Docs;

/// <summary>The worked example of docs/adding-a-kernel.md against the kernel that nobody optimises.</summary>
[TestClass]
public sealed unsafe class Vector128IsaTests
{
    [TestMethod]
    [DataRow(16)]
    [DataRow(50)]
    [DataRow(197)]
    public void Multiply_GivesThePortableKernelsBits(int tokens)
    {
        var kernel = new LinearKernelOf<Vector128Isa, Vector128<float>>("vector128-12x4");
        if (!kernel.IsSupported)
        {
            Assert.Inconclusive("This processor has no vectors of four floats.");
        }

        CollectionAssert.AreEqual(Run(CpuKernels.All.Single(portable => portable.Name == "portable").Linear, tokens), Run(kernel, tokens));
    }

    private static float[] Run(LinearKernel kernel, int tokens)
    {
        var (_, weight) = TestMatrices.BlockSparse(seed: 12, rows: 44, columns: 52, new BlockShape(12, 20), density: 0.5);
        using var linear = kernel.Pack(weight, TestMatrices.Uniform(13, 44));
        using var pool = new WorkerPool(threads: 2);
        using var input = new PanelBuffer(tokens, features: 52, TestMatrices.Uniform(14, tokens * 52));
        using var output = new PanelBuffer(tokens, features: 44);
        var layout = new PanelLayout(tokens);
        new LinearWork(kernel, pool).Run(
            linear, layout, images: 1, layout.Panels, Epilogue.Gelu, (byte*)input.Pointer, output.Pointer, 0, output.Pointer);
        return output.Rows;
    }
}
