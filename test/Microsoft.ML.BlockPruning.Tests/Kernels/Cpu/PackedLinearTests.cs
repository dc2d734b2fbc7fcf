using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu;

[TestClass]
[DoNotParallelize] // counts native memory of the whole process
public sealed unsafe class PackedLinearTests
{
    [TestMethod]
    public void Constructor_FillsNothingIn_WhereBlocksAreAMultipleOfEightHigh()
    {
        var (_, sparse) = TestMatrices.BlockSparse(seed: 1, 64, 96, new BlockShape(16, 8), density: 0.4);
        using var linear = new PackedLinear(sparse, new float[64]);

        Assert.AreEqual(sparse.KeptBlocks * 16L * 8L, linear.PackedWeights);
    }

    [TestMethod]
    public void Constructor_MergesNeighbouringBlocksIntoOneRun()
    {
        var mask = new BlockMask(8, 40, new BlockShape(8, 8), keepAll: false);
        (mask[0, 0], mask[0, 1], mask[0, 3], mask[0, 4]) = (true, true, true, true);
        using var linear = new PackedLinear(BlockSparseMatrix.FromDense(new float[8 * 40], mask), new float[8]);

        Assert.AreEqual(2, linear.RunCountOf(0));
        Assert.AreEqual(new WeightRun(0, 16), linear.RunsOf(0)[0]);
        Assert.AreEqual(new WeightRun(24, 16), linear.RunsOf(0)[1]);
    }

    [TestMethod]
    public void StripsOf_CoversEveryStripOnce()
    {
        foreach (double density in new[] { 0, 0.1, 1 })
        {
            var (_, sparse) = TestMatrices.BlockSparse(seed: 2, 2304, 768, new BlockShape(32, 32), density);
            using var linear = new PackedLinear(sparse, new float[2304]);
            int next = 0;
            for (int group = 0; group < linear.Groups; group++)
            {
                var (first, end) = linear.StripsOf(group);
                Assert.AreEqual(next, first);
                Assert.IsGreaterThan(first, end);
                next = end;
            }

            Assert.AreEqual(2304 / 8, next);
        }
    }

    [TestMethod]
    public void Dispose_FreesAllNativeMemory()
    {
        long before = NativeBuffer.LiveBytes;
        var (_, sparse) = TestMatrices.BlockSparse(seed: 3, 64, 64, new BlockShape(16, 16), density: 0.5);
        var linear = new PackedLinear(sparse, new float[64]);
        Assert.IsGreaterThan(before, NativeBuffer.LiveBytes);

        linear.Dispose();

        Assert.AreEqual(before, NativeBuffer.LiveBytes);
    }

    [TestMethod]
    public void Constructor_RefusesABiasOfAnotherLength()
    {
        var (_, sparse) = TestMatrices.BlockSparse(seed: 4, 64, 48, new BlockShape(16, 16), density: 0.5);
        var error = Assert.ThrowsExactly<ArgumentException>(() => new PackedLinear(sparse, new float[63]));

        StringAssert.Contains(error.Message, "64x48 needs 64 biases, found 63");
    }
}
