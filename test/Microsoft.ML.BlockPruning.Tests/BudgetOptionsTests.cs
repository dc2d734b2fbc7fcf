using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Budgets and rules of single layers, through the estimator.</summary>
[TestClass]
public sealed class BudgetOptionsTests
{
    private static readonly string[] Labels = ["cat", "dog", "owl"];

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Fit_ByBytes_KeepsToTheBudget_ToOneBlock()
    {
        using var transformer = Fit(options => options.Budget = PruneBudget.Bytes(0.6));

        long budget = transformer.DenseWeightBytes * 6 / 10;
        Assert.IsLessThanOrEqualTo(budget, transformer.WeightBytes);
        Assert.IsGreaterThan(budget - (4 * 65), transformer.WeightBytes); // 64 weights and an index
    }

    [TestMethod]
    public void Fit_ByAllBytes_IsTheDenseNetwork()
    {
        using var transformer = Fit(options => options.Budget = PruneBudget.Bytes(1));

        Assert.AreEqual(transformer.DenseWeightBytes, transformer.WeightBytes);
    }

    [TestMethod]
    public void Fit_BySeveralBudgets_MeetsEach()
    {
        using var transformer = Fit(options => options.Budget = PruneBudget.All(
            PruneBudget.Flops(0.7), PruneBudget.Bytes(0.65), PruneBudget.Energy(0.9), PruneBudget.Sparsity(0.2)));

        Assert.IsLessThanOrEqualTo(0.7, (double)transformer.MultiplyAdds / transformer.DenseMultiplyAdds);
        Assert.IsLessThanOrEqualTo(0.65, (double)transformer.WeightBytes / transformer.DenseWeightBytes);
        Assert.IsLessThanOrEqualTo(0.8 * 64, transformer.Layers.Sum(layer => layer.KeptBlocks));
    }

    [TestMethod]
    public void Fit_ByAllOfTheLatency_IsTheDenseNetwork()
    {
        using var transformer = Fit(options => options.Budget = PruneBudget.Latency(1, batchSize: 2, numberOfThreads: 1));

        Assert.AreEqual(transformer.DenseWeightBytes, transformer.WeightBytes);
    }

    [TestMethod]
    public void Fit_ByALatencyOutOfReach_NamesTheNearest()
    {
        // Norms, attention and embedding alone take more than a millionth.
        var error = Assert.ThrowsExactly<ArgumentException>(() => Fit(options => options.Budget = PruneBudget.Latency(1e-6)));

        StringAssert.Contains(error.Message, "of the latency");
        Assert.IsTrue(error.Data.Contains("ML_IsMarked"), "ML.NET does not know the exception as its own");
    }

    [TestMethod]
    public void Measure_TimesEveryLayerThatMayLoseBlocks()
    {
        var weights = TestNetworks.Weights(TestNetworks.Config());
        var rules = new LayerRules(new BlockShape(8, 8), dense: ["blocks.0.mlp.fc1"]);

        var latency = LatencyMeasurement.Measure(
            weights, ImagePreprocessing.ImageNet(16), rules.GridsOf(rules.LayersOf(weights)), new LatencyRequest(0.5, 2, 1), () => { });

        Assert.HasCount(7, latency.Table.Layers);
        Assert.AreEqual(0.5 * latency.Table.DenseMilliseconds, latency.Limit);
        Assert.IsTrue(latency.Table.Layers.Values.All(curve => curve.Dense > 0));

        // Layers of one shape are measured once; two measurements never agree to the bit.
        Assert.AreEqual(latency.Table.Layers["blocks.0.attn.qkv"].Dense, latency.Table.Layers["blocks.1.attn.qkv"].Dense);
        Assert.AreEqual(latency.Table.Layers["blocks.0.attn.qkv"].Empty, latency.Table.Layers["blocks.1.attn.qkv"].Empty);
    }

    [TestMethod]
    public void Latency_OutOfRange_IsRefusedAtOnce()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PruneBudget.Latency(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PruneBudget.Latency(0.5, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PruneBudget.Latency(0.5, 1, 0));
        Assert.ThrowsExactly<ArgumentException>(() => PruneBudget.All(PruneBudget.Latency(0.5), PruneBudget.Latency(0.5, 8)));
    }

    [TestMethod]
    public void Fit_HoldsTheRulesOfSingleLayers()
    {
        using var transformer = Fit(options =>
        {
            options.LayersToKeepDense = ["blocks.1.mlp.fc1"];
            options.LayerFloors = new Dictionary<string, double> { ["blocks.0.attn.proj"] = 1 };
            options.LayerBlocks = new Dictionary<string, BlockShape> { ["blocks.0.mlp.fc2"] = new(16, 4) };
        });

        var layers = transformer.Layers.ToDictionary(layer => layer.Name);
        Assert.AreEqual(layers["blocks.1.mlp.fc1"].DenseMultiplyAdds, layers["blocks.1.mlp.fc1"].MultiplyAdds);
        Assert.AreEqual(4, layers["blocks.0.attn.proj"].KeptBlocks);
        Assert.AreEqual(new BlockShape(16, 4), layers["blocks.0.mlp.fc2"].Block);
        Assert.IsLessThanOrEqualTo(0.7, (double)transformer.MultiplyAdds / transformer.DenseMultiplyAdds);
    }

    [TestMethod]
    public void Fit_WithALayerThatIsNotThere_ListsThoseThatAre()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => Fit(options => options.LayersToKeepDense = ["head"]));

        StringAssert.Contains(error.Message, "no prunable layer 'head'. It has 'blocks.0.attn.qkv'");
    }

    [TestMethod]
    public void Fit_WithABudgetOutOfReach_NamesTheNearest()
    {
        foreach (var budget in new[] { PruneBudget.Parameters(0.01), PruneBudget.Bytes(0.01), PruneBudget.Energy(0.01) })
        {
            var error = Assert.ThrowsExactly<ArgumentException>(() => Fit(options => options.Budget = budget));

            StringAssert.Contains(error.Message, "Keep at least 0.");
            Assert.IsTrue(error.Data.Contains("ML_IsMarked"), "ML.NET does not know the exception as its own");
        }
    }

    [TestMethod]
    [DataRow(0.9, 10)] // 1 − 0.9 is a little less than 0.1 in binary
    [DataRow(0.7, 30)]
    [DataRow(0.43, 57)] // and 0.57 · 100 a little less than 57
    [DataRow(0.05, 95)]
    [DataRow(0.999, 0)]
    public void Sparsity_OfAWholeNumberOfBlocks_LeavesThatMany(double sparsity, int kept)
    {
        var grids = new LayerGrids([("layer", new BlockMask(80, 80, new BlockShape(8, 8)))]);

        var budget = PruneBudget.Sparsity(sparsity).Request.Resolve(new NetworkCost(ViT.Of(TestNetworks.Config())), grids)[0];

        Assert.IsTrue(budget.Limit >= kept && budget.Limit < kept + 1, $"{budget.Limit:R}");
    }

    [TestMethod]
    public void All_OfNothing_IsRefusedAtOnce()
    {
        Assert.ThrowsExactly<ArgumentException>(() => PruneBudget.All());
        Assert.ThrowsExactly<ArgumentException>(() => PruneBudget.All(PruneBudget.Flops(0.5), null!));
    }

    [TestMethod]
    public void Budget_SaysWhatItKeeps() => Assert.AreEqual(
        "0.5 of the bytes and 0.25 of the energy (4.6 pJ per multiply-add, 160 pJ per byte)",
        PruneBudget.All(PruneBudget.Bytes(0.5), PruneBudget.Energy(0.25, new EnergyModel())).ToString());

    private SparseViTTransformer Fit(Action<BlockPruneEstimator.Options> change)
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        var options = new BlockPruneEstimator.Options
        {
            ModelPath = checkpoint.ModelPath,
            Block = new BlockShape(8, 8),
            Budget = PruneBudget.Flops(0.7),
        };
        change(options);
        var rows = _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(9, Labels));
        return _ml.Transforms.PruneBlocks(options).Fit(_ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows));
    }
}
