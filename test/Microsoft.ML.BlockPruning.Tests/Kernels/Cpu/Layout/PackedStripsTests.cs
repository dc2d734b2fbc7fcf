using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.Layout;

[TestClass]
[DoNotParallelize] // counts native memory of the whole process
public sealed unsafe class PackedStripsTests
{
    [TestMethod]
    public void Constructor_FillsNothingIn_WhereBlocksAreAMultipleOfEightHigh()
    {
        var (_, sparse) = TestMatrices.BlockSparse(seed: 1, 64, 96, new BlockShape(16, 8), density: 0.4);
        using var linear = new PackedStrips(sparse, new float[64]);

        Assert.AreEqual(sparse.KeptBlocks * 16L * 8L, linear.PackedWeights);
    }

    [TestMethod]
    public void Constructor_MergesNeighbouringBlocksIntoOneRun()
    {
        var mask = new BlockMask(8, 40, new BlockShape(8, 8), keepAll: false);
        (mask[0, 0], mask[0, 1], mask[0, 3], mask[0, 4]) = (true, true, true, true);
        using var linear = new PackedStrips(BlockSparseMatrix.FromDense(new float[8 * 40], mask), new float[8]);

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
            using var linear = new PackedStrips(sparse, new float[2304]);
            foreach (int parts in new[] { 1, 7, 288 })
            {
                int next = 0;
                for (int part = 0; part < parts; part++)
                {
                    var (first, end) = linear.StripsOf(part, parts);
                    Assert.AreEqual(next, first);
                    next = end;
                }

                Assert.AreEqual(2304 / 8, next);
            }
        }
    }

    [TestMethod]
    public void StripsOf_GivesPartsOfAboutTheSameWork_WhereRowsAreUneven()
    {
        var mask = new BlockMask(800, 800, new BlockShape(8, 8), keepAll: false);
        for (int block = 0; block < 5000; block++)
        {
            mask[block / 100, block % 100] = true; // the upper half is dense, the lower half empty
        }

        using var linear = new PackedStrips(BlockSparseMatrix.FromDense(new float[800 * 800], mask), new float[800]);
        var (first, end) = linear.StripsOf(0, 2);

        // Half of the 50 dense strips, and one more or less for what storing the empty ones costs.
        Assert.AreEqual(0, first);
        Assert.IsTrue(end is >= 25 and <= 29, $"the first part ends at strip {end}");
    }

    [TestMethod]
    public void Dispose_FreesAllNativeMemory()
    {
        long before = NativeBuffer.LiveBytes;
        var (_, sparse) = TestMatrices.BlockSparse(seed: 3, 64, 64, new BlockShape(16, 16), density: 0.5);
        var linear = new PackedStrips(sparse, new float[64]);
        Assert.IsGreaterThan(before, NativeBuffer.LiveBytes);

        linear.Dispose();

        Assert.AreEqual(before, NativeBuffer.LiveBytes);
    }

    [TestMethod]
    public void Constructor_RefusesABiasOfAnotherLength()
    {
        var (_, sparse) = TestMatrices.BlockSparse(seed: 4, 64, 48, new BlockShape(16, 16), density: 0.5);
        var error = Assert.ThrowsExactly<ArgumentException>(() => new PackedStrips(sparse, new float[63]));

        StringAssert.Contains(error.Message, "64x48 needs 64 biases, found 63");
    }
}
