using Microsoft.ML.BlockPruning.Pruning.Lpvit;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Lpvit;

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

        double[] expected = Transcribed(layer, secondOrder);
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

    // The code's own arithmetic with whole tensors: mask, Δ, ΔΔ, Hessian product at each of 101 points.
    private static double[] Transcribed(LpvitLayer layer, bool secondOrder)
    {
        double[] w = [.. layer.Weights.Select(value => (double)value)];
        double[] g = [.. layer.MeanGradients.Select(value => (double)value)];
        double[] curve = new double[101];
        double[] previous = w;
        double second = 0;
        for (int d = 0; d <= 100; d++)
        {
            double[] pruned = Pruned(layer, w, g, d / 100.0);
            double[] delta = [.. pruned.Zip(w, (p, dense) => p - dense)];
            if (d > 0 && secondOrder)
            {
                double[] step = [.. pruned.Zip(previous, (p, before) => p - before)];
                double along = Enumerable.Range(0, w.Length).Where(j => step[j] != 0).Sum(j => g[j] * step[j]);
                second += 0.5 * Enumerable.Range(0, w.Length).Sum(
                    j => (step[j] + (2 * delta[j])) * ((g[j] * along) + (step[j] != 0 ? 1e-7 : 0)));
            }

            previous = pruned;
            curve[d] = Enumerable.Range(0, w.Length).Average(j => delta[j] * g[j] * delta[j] * g[j]) + second;
        }

        return curve;
    }

    private static double[] Pruned(LpvitLayer layer, double[] w, double[] g, double amount)
    {
        var shape = layer.Blocks.Shape;
        int columns = layer.Blocks.Columns;
        var tiles = Enumerable.Range(0, w.Length)
            .GroupBy(j => (j / columns / shape.Height, j % columns / shape.Width)).OrderByDescending(t => t.Average(j => Math.Abs(w[j] * g[j])))
            .ToList();
        int keep = amount <= 0 ? tiles.Count : (int)((float)(1 - amount) * tiles.Count);
        double[] pruned = new double[w.Length];
        foreach (int j in tiles.Take(keep).SelectMany(tile => tile))
        {
            pruned[j] = w[j];
        }

        return pruned;
    }

    internal static LpvitLayer RandomLayer(int rows, int columns, BlockShape shape, int seed, string name = "a")
    {
        var random = new Random(seed);
        float[] Numbers(float scale) => [.. Enumerable.Range(0, rows * columns).Select(_ => scale * (float)((2 * random.NextDouble()) - 1))];
        return new LpvitLayer(name, new BlockMask(rows, columns, shape), Numbers(1), Numbers(0.5f));
    }
}
