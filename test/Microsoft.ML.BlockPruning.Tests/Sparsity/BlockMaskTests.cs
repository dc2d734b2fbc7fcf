using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Sparsity;

/// <summary>The bits against an array of bool, one a block.</summary>
[TestClass]
public sealed class BlockMaskTests
{
    [TestMethod]
    [DataRow(10, 10, 1, 1, true)]
    [DataRow(10, 10, 1, 1, false)]
    [DataRow(7, 640, 2, 10, true)] // 64 block columns: a whole word
    [DataRow(7, 641, 2, 10, true)] // and one more, ragged
    [DataRow(33, 130, 16, 1, false)]
    [DataRow(5, 3, 5, 3, true)]
    public void Mask_IsWhatAnArrayOfBlocksWouldBe(int rows, int columns, int height, int width, bool keepAll)
    {
        var mask = new BlockMask(rows, columns, new BlockShape(height, width), keepAll);
        bool[,] blocks = new bool[(rows + height - 1) / height, (columns + width - 1) / width];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i / blocks.GetLength(1), i % blocks.GetLength(1)] = keepAll;
        }

        AssertSame(blocks, mask);
        var random = new Random(1);
        for (int step = 0; step < 300; step++)
        {
            int r = random.Next(blocks.GetLength(0)), c = random.Next(blocks.GetLength(1));
            mask[r, c] = blocks[r, c] = random.Next(2) == 0;
        }

        AssertSame(blocks, mask);
        var copy = mask.Clone();
        mask[0, 0] = !mask[0, 0];
        AssertSame(blocks, copy);
    }

    [TestMethod]
    public void Mask_OfMoreBlocksThanCanBeCounted_IsRefused()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new BlockMask(50_000, 50_000, new BlockShape(1, 1)));

        StringAssert.Contains(error.Message, "2500000000 blocks of 1x1");
        Assert.AreEqual(1, new BlockMask(int.MaxValue, int.MaxValue, new BlockShape(int.MaxValue, int.MaxValue)).TotalBlocks);
    }

    private static void AssertSame(bool[,] blocks, BlockMask mask)
    {
        int kept = 0;
        long elements = 0;
        for (int r = 0; r < blocks.GetLength(0); r++)
        {
            for (int c = 0; c < blocks.GetLength(1); c++)
            {
                Assert.AreEqual(blocks[r, c], mask[r, c], $"{r}, {c}");
                kept += blocks[r, c] ? 1 : 0;
                int height = Math.Min(mask.Shape.Height, mask.Rows - (r * mask.Shape.Height));
                int width = Math.Min(mask.Shape.Width, mask.Columns - (c * mask.Shape.Width));
                elements += blocks[r, c] ? height * width : 0;
            }
        }

        Assert.AreEqual((blocks.Length, kept, elements), (mask.TotalBlocks, mask.KeptBlocks, mask.KeptElements));
    }
}
