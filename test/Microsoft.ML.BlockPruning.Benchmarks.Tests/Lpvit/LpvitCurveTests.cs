using Microsoft.ML.BlockPruning.Benchmarks.Lpvit;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Lpvit;

[TestClass]
public sealed class LpvitCurveTests
{
    [TestMethod]
    [DataRow(2, 2, true)]
    [DataRow(2, 2, false)]
    [DataRow(4, 5, true)] // ragged at the right and the bottom
    [DataRow(1, 1, true)]
    public void Curve_IsTheOneOfThePublicCode(int height, int width, bool secondOrder)
    {
        var layer = RandomLayer(10, 12, new BlockShape(height, width), seed: 3);

        double[] curve = LpvitCurve.Of(LpvitTiles.Of(layer), layer.Weights.Length, secondOrder);

        double[] expected = LpvitTranscription.Curve(layer, secondOrder);
        for (int d = 0; d <= 100; d++)
        {
            Assert.AreEqual(expected[d], curve[d], 1e-10 * (1 + Math.Abs(expected[d])), $"point {d}");
        }
    }

    [TestMethod]
    public void Tiles_ScoreWhatARaggedTileReallyHolds()
    {
        // 3 x 3 in tiles of 2 x 2: the last tile holds one weight.
        var layer = new LpvitLayer(
            "a", new BlockMask(3, 3, new BlockShape(2, 2)), [1, -2, 3, 4, 5, -6, 7, 8, 9], [1, 1, 1, 1, 1, 1, 1, 1, -2]);

        var tiles = LpvitTiles.Of(layer);

        CollectionAssert.AreEqual(new[] { 3.0, 4.5, 7.5, 9.0 }, tiles.MagnitudeScore);
        CollectionAssert.AreEqual(new[] { 3.0, 4.5, 7.5, 18.0 }, tiles.TaylorScore);
    }

    [TestMethod]
    [DataRow(0.0, 100, 100)]
    [DataRow(0.29, 100, 71)]
    [DataRow(0.5, 3, 1)]
    [DataRow(1.0, 100, 0)]
    public void Tiles_KeepTheWholePart(double amount, int tiles, int expected)
    {
        Assert.AreEqual(expected, LpvitTiles.KeptAt(amount, tiles));
    }

    internal static LpvitLayer RandomLayer(int rows, int columns, BlockShape shape, int seed, string name = "a")
    {
        var random = new Random(seed);
        float[] Numbers(double scale) =>
            [.. Enumerable.Range(0, rows * columns).Select(_ => (float)(scale * ((2 * random.NextDouble()) - 1)))];
        return new LpvitLayer(name, new BlockMask(rows, columns, shape), Numbers(1), Numbers(0.5));
    }
}
