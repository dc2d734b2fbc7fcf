using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Sparsity;

[TestClass]
public sealed class StripSelectionTests
{
    private const int Strip = 8;

    /// <summary>Weights that strips divide or not; blocks that are, divide or straddle strips, or are the whole weight.</summary>
    public static IEnumerable<(int Rows, int Columns, int Height, int Width)> Cases =>
        from size in new[] { (8, 8), (32, 48), (30, 41), (5, 64), (61, 7) }
        from block in new[] { (1, 1), (4, 3), (8, 8), (16, 16), (12, 10), (24, 5), (5, 7), (0, 0) }
        let height = block.Item1 == 0 ? size.Item1 : Math.Min(block.Item1, size.Item1)
        let width = block.Item2 == 0 ? size.Item2 : Math.Min(block.Item2, size.Item2)
        select (size.Item1, size.Item2, height, width);

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Take_IsTheRowsAndColumnsOfTheWeight_AndHoldsNoOtherBlock(int rows, int columns, int height, int width)
    {
        foreach (int seed in Enumerable.Range(0, 12))
        {
            var random = new Random(seed);
            var mask = new BlockMask(rows, columns, new BlockShape(height, width), keepAll: false);
            for (int block = 0; block < mask.TotalBlocks; block++)
            {
                mask[block / mask.BlockColumns, block % mask.BlockColumns] = seed == 0 || random.Next(2) == 0;
            }

            float[] dense = [.. Enumerable.Range(1, rows * columns).Select(i => (float)i)]; // all different, none zero
            int[]? rowStrips = Choose(rows, random), columnStrips = Choose(columns, random);

            var taken = StripSelection.Take(BlockSparseMatrix.FromDense(dense, mask), Strip, rowStrips, columnStrips);

            int[] down = Features(rows, rowStrips), across = Features(columns, columnStrips);
            float[] expected =
                [.. from row in down from column in across select mask[row / height, column / width] ? dense[(row * columns) + column] : 0];
            Assert.AreEqual((down.Length, across.Length), (taken.Rows, taken.Columns));
            CollectionAssert.AreEqual(expected, taken.ToDense(), $"seed {seed}");
            Assert.AreEqual(expected.LongCount(value => value != 0), taken.KeptElements, $"seed {seed}: a block was filled in");
        }
    }

    [TestMethod]
    public void Take_DecodesTheFormat()
    {
        float[] dense = [.. Enumerable.Range(0, 16 * 16).Select(i => 1f + (i / 1000f))];
        var half = BlockSparseMatrix.FromDense(dense, new BlockMask(16, 16, new BlockShape(8, 8))).In(NumberFormat.BFloat16);

        var taken = StripSelection.Take(half, Strip, rows: [1], columns: null);

        CollectionAssert.AreEqual(half.ToDense()[128..], taken.ToDense());
        CollectionAssert.AreNotEqual(dense[128..], taken.ToDense(), "nothing was rounded");
    }

    private static int[]? Choose(int features, Random random)
    {
        int[] strips = [.. Enumerable.Range(0, (features + Strip - 1) / Strip)];
        int[] some = [.. strips.Where(_ => random.Next(2) == 0)];
        return random.Next(4) == 0 ? null : some.Length == 0 ? [strips[^1]] : some;
    }

    private static int[] Features(int count, int[]? strips) =>
        [.. Enumerable.Range(0, count).Where(feature => strips?.Contains(feature / Strip) ?? true)];
}
