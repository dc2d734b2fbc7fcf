using Microsoft.ML.BlockPruning.Benchmarks.Onnx;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Onnx;

[TestClass]
public sealed class Int8WeightTests
{
    [TestMethod]
    public void Values_AreOffByHalfAScaleAtMost_AndTheLargestIs127()
    {
        const int rows = 7;
        const int columns = 13;
        var random = new Random(1);
        float[] weight = [.. Enumerable.Range(0, rows * columns).Select(i => (1 + (i / columns)) * ((2 * random.NextSingle()) - 1))];

        var quantised = new Int8Weight(weight, rows);

        for (int row = 0; row < rows; row++)
        {
            double scale = quantised.Scales[row];
            double largest = Enumerable.Range(0, columns).Max(column => Math.Abs(weight[(row * columns) + column]));
            Assert.AreEqual(largest / 127, scale, 1e-6 * scale);
            for (int column = 0; column < columns; column++)
            {
                double value = quantised.Values[(column * rows) + row] * scale;
                Assert.AreEqual(weight[(row * columns) + column], value, 0.50001 * scale);
            }

            Assert.AreEqual(127, Enumerable.Range(0, columns).Max(column => Math.Abs((int)quantised.Values[(column * rows) + row])));
        }
    }

    [TestMethod]
    public void Values_OfARowOfZerosAreZero()
    {
        var quantised = new Int8Weight([0, 0, 2, -1], outFeatures: 2);

        // 2 / (2 / 127) = 127; -1 is -63.5, which is rounded to the even -64.
        CollectionAssert.AreEqual(new sbyte[] { 0, 127, 0, -64 }, quantised.Values);
        Assert.IsTrue(quantised.Scales.All(scale => float.IsFinite(scale) && scale > 0));
    }
}
