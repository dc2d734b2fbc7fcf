using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Sparsity;

[TestClass]
public sealed class BlockSparseMatrixTests
{
    /// <summary>Weights and blocks that fit, that leave ragged edges on either or both sides, and single rows and columns.</summary>
    public static IEnumerable<(int Rows, int Columns, int Height, int Width, double Density)> Cases =>
        from size in new[] { (1, 1), (1, 9), (9, 1), (8, 8), (16, 24), (17, 23), (31, 5), (5, 31), (64, 48) }
        from block in new[] { (1, 1), (1, 4), (4, 1), (2, 3), (8, 8), (5, 7), (16, 4) }
        where block.Item1 <= size.Item1 && block.Item2 <= size.Item2
        from density in new[] { 0.0, 0.3, 1.0 }
        select (size.Item1, size.Item2, block.Item1, block.Item2, density);

    public static IEnumerable<(int[] Crow, int[] Col, int Values, string Says)> BadParts =>
    [
        ([0, 2], [0, 1], 12, "crow_indices has 2"),
        ([0, 1, 2, 3], [0, 1, 0], 18, "crow_indices has 4"),
        ([1, 1, 2], [0, 1], 12, "runs from 1 to 2"),
        ([0, 1, 3], [0, 1], 12, "runs from 0 to 3"),
        ([0, 2, 1], [0], 6, "from 0 to 2 at block row 0"),
        ([0, 3, 2], [0, 1], 12, "at most 2 blocks"),
        ([0, -1, 2], [0, 1], 12, "from 0 to -1 at block row 0"),
        ([0, 1, 2], [0, 3], 12, "col_indices[1] is 3"),
        ([0, 1, 2], [-1, 0], 12, "col_indices[0] is -1"),
        ([0, 2, 2], [1, 0], 12, "col_indices[1] is 0 after 1"),
        ([0, 2, 2], [1, 1], 12, "col_indices[1] is 1 after 1"),
        ([0, 1, 2], [0, 1], 11, "values has 11"),
        ([0, 1, 2], [0, 1], 13, "values has 13"),
    ];

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void ToDense_IsTheMaskedWeightBitForBit(int rows, int columns, int height, int width, double density)
    {
        var mask = RandomMask(rows, columns, new BlockShape(height, width), density);
        float[] weight = [.. Enumerable.Range(1, rows * columns).Select(i => (float)i)]; // all different, none zero

        var matrix = BlockSparseMatrix.FromDense(weight, mask);

        float[] dense = matrix.ToDense();
        Assert.HasCount(rows * columns, dense);
        for (int i = 0; i < dense.Length; i++)
        {
            bool kept = mask[i / columns / height, i % columns / width];
            Assert.AreEqual(kept ? weight[i] : 0f, dense[i], $"row {i / columns}, column {i % columns}");
        }

        Assert.AreEqual(mask.KeptBlocks, matrix.KeptBlocks);
        Assert.AreEqual(mask.KeptElements, matrix.Values.ToSingles().LongCount(value => value != 0), "padding is zero");
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void FromParts_TakesWhatFromDenseGives(int rows, int columns, int height, int width, double density)
    {
        var mask = RandomMask(rows, columns, new BlockShape(height, width), density);
        float[] weight = [.. Enumerable.Range(1, rows * columns).Select(i => (float)i)];
        var made = BlockSparseMatrix.FromDense(weight, mask);

        var read = BlockSparseMatrix.FromParts(rows, columns, mask.Shape, made.CrowIndices, made.ColIndices, made.Values.ToSingles());

        CollectionAssert.AreEqual(made.ToDense(), read.ToDense());
        var back = read.ToMask();
        for (int r = 0; r < mask.BlockRows; r++)
        {
            for (int c = 0; c < mask.BlockColumns; c++)
            {
                Assert.AreEqual(mask[r, c], back[r, c], $"block {r}, {c}");
            }
        }
    }

    [TestMethod]
    public void FromDense_GivesPyTorchsParts()
    {
        // torch.tensor([[1, 2, 0, 0], [3, 4, 0, 0], [0, 0, 5, 0], [0, 0, 0, 6]]).to_sparse_bsr((2, 2))
        float[] weight = [1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 5, 0, 0, 0, 0, 6];
        var mask = new BlockMask(4, 4, new BlockShape(2, 2), keepAll: false) { [0, 0] = true, [1, 1] = true };

        var matrix = BlockSparseMatrix.FromDense(weight, mask);

        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, matrix.CrowIndices);
        CollectionAssert.AreEqual(new[] { 0, 1 }, matrix.ColIndices);
        CollectionAssert.AreEqual(new float[] { 1, 2, 3, 4, 5, 0, 0, 6 }, matrix.Values.ToSingles());
    }

    /// <summary>A weight of 4x8 in blocks of 2x3: 2 block rows, 3 block columns, the last ragged.</summary>
    [TestMethod]
    [DynamicData(nameof(BadParts))]
    public void FromParts_RefusesWhatBreaksARule(int[] crow, int[] col, int values, string says)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(
            () => BlockSparseMatrix.FromParts(4, 8, new BlockShape(2, 3), crow, col, new float[values]));
        StringAssert.Contains(error.Message, says);
    }

    [TestMethod]
    [DataRow(2, 1, 5)] // the third column of a block that is two wide at the right edge
    [DataRow(2, 1, 2)]
    [DataRow(0, 2, 4)] // the second row of a block that is one high at the bottom edge
    [DataRow(0, 2, 3)]
    public void FromParts_RefusesPaddingThatIsNotZero(int column, int blockRowCount, int position)
    {
        float[] values = new float[6];
        values[position] = 1;
        int[] crow = blockRowCount == 1 ? [0, 1, 1] : [0, 0, 1];

        var error = Assert.ThrowsExactly<InvalidDataException>(
            () => BlockSparseMatrix.FromParts(3, 8, new BlockShape(2, 3), crow, [column], values));

        StringAssert.Contains(error.Message, "not zero outside");
    }

    [TestMethod]
    public void FromParts_RefusesABlockLargerThanTheWeight() => Assert.ThrowsExactly<ArgumentOutOfRangeException>(
        () => BlockSparseMatrix.FromParts(4, 8, new BlockShape(5, 1), [0, 0], [], []));

    private static BlockMask RandomMask(int rows, int columns, BlockShape shape, double density)
    {
        var random = new Random(7);
        var mask = new BlockMask(rows, columns, shape);
        for (int r = 0; r < mask.BlockRows; r++)
        {
            for (int c = 0; c < mask.BlockColumns; c++)
            {
                mask[r, c] = random.NextDouble() < density;
            }
        }

        return mask;
    }
}
