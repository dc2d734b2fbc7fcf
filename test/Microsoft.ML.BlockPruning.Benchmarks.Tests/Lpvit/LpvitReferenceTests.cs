using Microsoft.ML.BlockPruning.Benchmarks.Lpvit;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.GateGradients;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Lpvit;

[TestClass]
public sealed class LpvitReferenceTests
{
    [TestMethod]
    [DataRow(0.5, 0.5, 4)]
    [DataRow(0.7, 0.9, 10)]
    [DataRow(0.35, 0.1, 2)]
    [DataRow(0.5, 0.0, 5)]
    public void Search_GivesTheMaskOfThePublicCode(double target, double smoothing, int step)
    {
        // Gradients that follow the weights make curves on which the search finds its target; ragged tiles in two layers.
        LpvitLayer[] layers =
        [
            .. new[] { Layer("a", 40, 40, 1), Layer("b", 82, 30, 2), Layer("c", 40, 63, 3) }.Select((layer, i) => new LpvitLayer(
                layer.Name, layer.Blocks, layer.Weights,
                [.. layer.Weights.Zip(layer.MeanGradients, (w, g) => ((0.1f * w) + (0.05f * g)) / (i + 1))])),
        ];
        double total = layers.Sum(layer => layer.Weights.Length);
        var options = new LpvitOptions { Smoothing = smoothing, Step = step, MinimumKept = 0.1 };

        var plan = new LpvitReference(options).Search(layers, target, plan => plan.KeptElements / total);

        bool[][] expected = LpvitTranscription.Prune(layers, target, smoothing, step, minSp: 0.1);
        Assert.AreEqual(target, expected.Sum(kept => kept.Count(k => k)) / total, 0.06, "the search went astray: this proves little");
        for (int l = 0; l < layers.Length; l++)
        {
            var mask = plan[layers[l].Name]!;
            bool[] actual = [.. Enumerable.Range(0, expected[l].Length).Select(j => mask[j / mask.Columns / 4, j % mask.Columns / 4])];
            CollectionAssert.AreEqual(expected[l], actual, layers[l].Name);
        }
    }

    [TestMethod]
    [DataRow(false, 0.02)]
    [DataRow(true, 0.1)] // the term makes the amounts jump past the target, in the code as here
    public void Search_IsNearTheTargetAndRemovesTheSmallestWeights(bool usePower, double tolerance)
    {
        var layers = new[] { Layer("a", 40, 40, 1), Layer("b", 80, 40, 2), Layer("c", 40, 80, 3) };
        var reference = new LpvitReference(new LpvitOptions { UsePower = usePower, SecondOrder = false });
        double total = layers.Sum(layer => layer.Weights.Length);

        var plan = reference.Search(layers, 0.5, plan => plan.KeptElements / total);

        Assert.AreEqual(0.5, plan.KeptElements / total, tolerance + 1e-9);
        foreach (var layer in layers)
        {
            var mask = plan[layer.Name]!;
            var kept = Tiles(layer).Where(tile => mask[tile.Row, tile.Column]).Select(tile => tile.MeanMagnitude);
            var removed = Tiles(layer).Where(tile => !mask[tile.Row, tile.Column]).Select(tile => tile.MeanMagnitude);
            Assert.IsGreaterThanOrEqualTo(removed.Max(), kept.Min(), layer.Name);
        }
    }

    [TestMethod]
    public void Power_PrunesTheLayerOfManyInputsLess()
    {
        // g = w makes the curves convex, so that a slope has one place on each.
        var layers = new[] { Layer("narrow", 64, 32, 1), Layer("wide", 32, 64, 2) }
            .Select(layer => new LpvitLayer(layer.Name, layer.Blocks, layer.Weights, layer.Weights)).ToArray();
        double total = layers.Sum(layer => layer.Weights.Length);

        var with = new LpvitReference(new LpvitOptions { UsePower = true }).Search(layers, 0.6, plan => plan.KeptElements / total);
        var without = new LpvitReference(new LpvitOptions()).Search(layers, 0.6, plan => plan.KeptElements / total);

        Assert.IsGreaterThan(
            without["wide"]!.KeptBlocks - without["narrow"]!.KeptBlocks, with["wide"]!.KeptBlocks - with["narrow"]!.KeptBlocks);
    }

    [TestMethod]
    [DataRow(0.4)]
    [DataRow(0.7)]
    public void SearchAndFit_MeetsTheBudgetToOneBlock(double target)
    {
        var spec = ViT.Of(new ViTConfig(
            imageSize: 4, patchSize: 2, channels: 1, embedDim: 6, depth: 2, numHeads: 2, mlpDim: 10, numClasses: 3));
        var random = new Random(5);
        LpvitLayer[] layers =
        [
            .. spec.PrunableLinears.Select(layer => new LpvitLayer(
                layer.Name, new BlockMask(layer.OutFeatures, layer.InFeatures, new BlockShape(2, 2)), Draw(layer.Elements),
                Draw(layer.Elements))),
        ];
        var cost = new NetworkCost(spec);

        var plan = new LpvitReference(new LpvitOptions()).SearchAndFit(layers, target, new FlopsCostModel(cost));

        long kept = cost.MultiplyAdds(linear => plan[linear.Name]!.KeptElements);
        long block = 4 * spec.Tokens;
        Assert.IsLessThanOrEqualTo(target * cost.TotalMultiplyAdds, kept);
        Assert.IsGreaterThan((target * cost.TotalMultiplyAdds) - block, kept);

        float[] Draw(long count) => [.. Enumerable.Range(0, (int)count).Select(_ => random.NextSingle() - 0.5f)];
    }

    [TestMethod]
    public void Fit_ScalesAllLayersAlike()
    {
        var layers = new[] { Layer("a", 40, 40, 1), Layer("b", 40, 40, 2) };
        var found = new SparsityPlan();
        found.Add("a", LpvitTiles.MaskAt(0.6, LpvitTiles.Of(layers[0]).MagnitudeScore, layers[0].Blocks)); // 60 of 100 gone
        found.Add("b", LpvitTiles.MaskAt(0.2, LpvitTiles.Of(layers[1]).MagnitudeScore, layers[1].Blocks)); // 20 of 100 gone

        var plan = new LpvitBudgetFit(layers, new SparsityCostModel()).Fit(found, 160, 0); // 40 may go: half of what went

        Assert.AreEqual(70, plan["a"]!.KeptBlocks);
        Assert.AreEqual(90, plan["b"]!.KeptBlocks);
    }

    [TestMethod]
    public void Rate_IsTheHullOfTheJointDistortion()
    {
        // Blocks 0 and 1 undo each other, block 2 stands alone: the first two go together at no distortion.
        var gradients = new LayerGateGradients("a", new BlockMask(1, 3, new BlockShape(1, 1)), [1, -1, 2, -1, 1, 4]);

        var importances = LpvitPaper.Rate(gradients);

        Assert.AreEqual(0.0, importances[0, 0], 1e-12);
        Assert.AreEqual(0.0, importances[0, 1], 1e-12);
        Assert.AreEqual(0.5 * (4 + 16) / 2, importances[0, 2], 1e-12);
    }

    [TestMethod]
    [DataRow(1.0, 4, 0.05)]
    [DataRow(0.5, 0, 0.05)]
    [DataRow(0.5, 4, 1.5)]
    [DataRow(double.NaN, 4, 0.05)]
    public void Options_RefuseWhatIsOutOfRange(double smoothing, int step, double minimumKept)
    {
        var options = new LpvitOptions { Smoothing = smoothing, Step = step, MinimumKept = minimumKept };

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new LpvitReference(options));
    }

    [TestMethod]
    public void Layer_RefusesAnArrayOfAnotherSizeAndNumbersThatAreNotFinite()
    {
        var blocks = new BlockMask(2, 2, new BlockShape(1, 1));

        Assert.ThrowsExactly<ArgumentException>(() => new LpvitLayer("a", blocks, new float[3], new float[4]));
        Assert.ThrowsExactly<ArgumentException>(() => new LpvitLayer("a", blocks, new float[4], [0, float.NaN, 0, 0]));
    }

    private static LpvitLayer Layer(string name, int rows, int columns, int seed) =>
        LpvitCurveTests.RandomLayer(rows, columns, new BlockShape(4, 4), seed, name);

    private static IEnumerable<(int Row, int Column, double MeanMagnitude)> Tiles(LpvitLayer layer) =>
        Enumerable.Range(0, layer.Weights.Length)
            .GroupBy(j => (Row: j / layer.Blocks.Columns / 4, Column: j % layer.Blocks.Columns / 4))
            .Select(tile => (tile.Key.Row, tile.Key.Column, tile.Average(j => Math.Abs((double)layer.Weights[j]))));
}
