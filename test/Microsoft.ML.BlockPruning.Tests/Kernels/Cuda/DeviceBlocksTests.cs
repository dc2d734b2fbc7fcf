using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

[TestClass]
public sealed class DeviceBlocksTests
{
    [TestMethod]
    [DataRow(16, 64, 16, 64, DisplayName = "as it is")]
    [DataRow(128, 32, 64, 32, DisplayName = "two high")]
    [DataRow(32, 192, 32, 64, DisplayName = "three wide")]
    [DataRow(48, 96, 16, 32, DisplayName = "both, of other sides")]
    public void From_CutsBlocks_AndKeepsTheWeight(int height, int width, int expectedHeight, int expectedWidth)
    {
        int rows = (3 * height) - 3;
        int columns = (2 * width) - 5;
        var mask = new BlockMask(rows, columns, new BlockShape(height, width), keepAll: false);
        (mask[0, 1], mask[2, 0], mask[2, 1]) = (true, true, true);
        float[] weight = TestNumbers.Draw(new Random(1), rows * columns, 1);
        var matrix = BlockSparseMatrix.FromDense(weight, mask);

        var blocks = DeviceBlocks.From(matrix);

        Assert.AreEqual(new BlockShape(expectedHeight, expectedWidth), blocks.Shape);
        float[] dense = matrix.ToDense();
        for (int row = 0; row < blocks.PaddedRows; row++)
        {
            var values = Row(blocks, row, 2 * width);
            for (int column = 0; column < 2 * width; column++)
            {
                float expected = row < rows && column < columns ? dense[(row * columns) + column] : 0;
                Assert.AreEqual(expected, values[column], $"row {row}, column {column}");
            }
        }
    }

    [TestMethod]
    public void From_StartsLongRowsFirst()
    {
        var mask = new BlockMask(64, 48, new BlockShape(16, 16), keepAll: false);
        (mask[1, 0], mask[1, 1], mask[1, 2], mask[3, 0], mask[0, 0], mask[0, 2]) = (true, true, true, true, true, true);

        var blocks = DeviceBlocks.From(BlockSparseMatrix.FromDense(new float[64 * 48], mask));

        CollectionAssert.AreEqual(new[] { 1, 0, 3, 2 }, blocks.Order);
    }

    [TestMethod]
    public void From_OtherSides_SaysWhatToDo()
    {
        var matrix = BlockSparseMatrix.FromDense(new float[24 * 32], new BlockMask(24, 32, new BlockShape(24, 16)));

        var error = Assert.ThrowsExactly<ArgumentException>(() => DeviceBlocks.From(matrix));

        Assert.Contains("24x16", error.Message);
        Assert.Contains("multiples of 16", error.Message);
        Assert.IsFalse(DeviceBlocks.CanRun(matrix.Block));
    }

    /// <summary>The sizes that the PTX declares, which the interpreter checks at each launch, with no field left out.</summary>
    [TestMethod]
    public void Parameters_HaveTheSizesOfTheKernels()
    {
        Assert.AreEqual(88, Unsafe.SizeOf<LinearParameters>());
        Assert.AreEqual(56, Unsafe.SizeOf<NormParameters>());
        Assert.AreEqual(48, Unsafe.SizeOf<AttentionParameters>());
        Assert.AreEqual(48, Unsafe.SizeOf<PatchParameters>());
        Assert.AreEqual(32, Unsafe.SizeOf<ConversionParameters>());
    }

    private static float[] Row(DeviceBlocks blocks, int row, int columns)
    {
        float[] values = new float[columns];
        int blockRow = row / blocks.Shape.Height;
        for (int b = blocks.CrowIndices[blockRow]; b < blocks.CrowIndices[blockRow + 1]; b++)
        {
            int start = ((b * blocks.Shape.Height) + (row % blocks.Shape.Height)) * blocks.Shape.Width;
            blocks.Values.AsSpan(start, blocks.Shape.Width).CopyTo(values.AsSpan(blocks.ColIndices[b] * blocks.Shape.Width));
        }

        return values;
    }
}
