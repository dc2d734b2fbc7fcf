using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Norm;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu;

/// <summary>The promise of an arithmetic class, held by every row of the list that runs here.</summary>
[TestClass]
public sealed unsafe class ArithmeticClassTests
{
    private const int Tokens = 113; // two panels of 48 and one of 32

    [TestMethod]
    public void LinearRows_OfOneClass_GiveTheSameBits() => AssertSameBits<LinearKernel>(row =>
    [
        .. from block in new[] { new BlockShape(16, 16), new BlockShape(12, 20), new BlockShape(44, 52) }
           from epilogue in Enum.GetValues<Epilogue>()
           from value in Multiply(row, block, epilogue)
           select value,
    ]);

    [TestMethod]
    public void NormRows_OfOneClass_GiveTheSameBits() => AssertSameBits<NormKernel>(row =>
        [.. from features in new[] { 1, 52, 768 } from value in Normalize(row, features) select value]);

    [TestMethod]
    public void AttentionRows_OfOneClass_GiveTheSameBits() => AssertSameBits<AttentionKernel>(row =>
        [.. from headDim in new[] { 5, 20, 64 } from value in Attend(row, headDim) select value]);

    private static void AssertSameBits<TRow>(Func<TRow, float[]> run)
        where TRow : KernelRow
    {
        int compared = 0;
        foreach (var rows in CpuKernels.Rows.OfType<TRow>().Where(row => row.IsSupported).GroupBy(row => row.Traits.Arithmetic))
        {
            float[] expected = run(rows.First());
            Assert.IsTrue(Array.TrueForAll(expected, float.IsFinite) && expected.Distinct().Count() > 1000, "results that say nothing");
            foreach (var row in rows.Skip(1))
            {
                CollectionAssert.AreEqual(expected, run(row), $"{row} beside {rows.First()}, both {rows.Key}");
                compared++;
            }
        }

        if (compared == 0)
        {
            Assert.Inconclusive("This processor runs one row of each class.");
        }
    }

    private static float[] Multiply(LinearKernel row, BlockShape block, Epilogue epilogue)
    {
        var (_, weight) = TestMatrices.BlockSparse(seed: 1, rows: 44, columns: 52, block, density: 0.6);
        using var linear = row.Pack(weight, TestMatrices.Uniform(2, 44));
        using var pool = new WorkerPool(threads: 2);
        using var x = new PanelBuffer(Tokens, 52, TestMatrices.Uniform(3, Tokens * 52));
        using var y = new PanelBuffer(Tokens, 44, TestMatrices.Uniform(4, Tokens * 44));
        using var read = PackedInput.Of(row, Tokens, 52, x);
        var layout = new PanelLayout(Tokens);
        new LinearWork(row, pool).Run(
            linear, layout, images: 1, layout.Panels, epilogue, read.Panels, y.Pointer, residualStride: 0, y.Pointer);
        return y.Rows;
    }

    private static float[] Normalize(NormKernel row, int features)
    {
        using var norm = new PackedNorm(TestMatrices.Uniform(5, features), TestMatrices.Uniform(6, features), eps: 1e-6f);
        using var pool = new WorkerPool(threads: 2);
        using var x = new PanelBuffer(Tokens, features, TestMatrices.Uniform(7, Tokens * features));
        using var y = new PanelBuffer(Tokens, features);
        var layout = new PanelLayout(Tokens);
        new NormWork(row, pool).Run(norm, layout, images: 1, layout.Panels, x.Pointer, y.Pointer);
        return y.Rows;
    }

    private static float[] Attend(AttentionKernel row, int headDim)
    {
        var shape = new AttentionShape(new PanelLayout(Tokens), heads: 3, headDim);
        using var pool = new WorkerPool(threads: 2);
        using var scratch = NativeBuffer.OfFloats(2 * row.ScratchOf(shape));
        using var packed = new NativeBuffer(shape.Layout.SizeOf(row.InputTokenBytes(shape)));
        using var qkv = new PanelBuffer(Tokens, 3 * shape.ContextFeatures, TestMatrices.Uniform(8, Tokens * 3 * shape.ContextFeatures));
        using var context = new PanelBuffer(Tokens, shape.ContextFeatures);
        new AttentionWork(row, pool).Run(
            shape, images: 1, shape.Layout.Panels, scratch.Floats, qkv.Pointer, (byte*)packed.Pointer, context.Pointer);
        return context.Rows;
    }
}
