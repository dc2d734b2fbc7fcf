using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Budgets;

[TestClass]
public sealed class LayerRulesTests
{
    private const string Dense = "blocks.0.mlp.fc2";
    private const string Floored = "blocks.1.attn.proj";
    private const string OtherBlock = "blocks.1.attn.qkv";

    [TestMethod]
    public void Prune_HoldsEveryRule()
    {
        var dense = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        var cost = new NetworkCost(dense.Spec);
        var rules = new LayerRules(
            new BlockShape(2, 2),
            blocks: new Dictionary<string, BlockShape> { [OtherBlock] = new(6, 3) },
            floors: new Dictionary<string, double> { [Floored] = 0.8 },
            dense: [Dense]);
        var grids = rules.GridsOf(rules.LayersOf(dense));
        long fc2 = 6 * 10; // weights that stay
        var settings = new PruneSettings
        {
            Layers = rules,
            Constraints = [PruneConstraint.Keep(0.5, new FlopsCostModel(cost, grids), cost.TotalMultiplyAdds, "multiply-adds")],
        };

        var pruned = new BlockPruner().Prune(dense, TinyNetwork.Calibration(dense.Config, 80), settings, _ => { });

        Assert.IsNull(pruned.Plan[Dense]);
        Assert.HasCount(7, pruned.Plan.Masks);
        Assert.AreEqual(new BlockShape(6, 3), pruned.Plan[OtherBlock]!.Shape);
        Assert.AreEqual(new BlockShape(2, 2), pruned.Plan[Floored]!.Shape);
        Assert.IsGreaterThanOrEqualTo(8, pruned.Plan[Floored]!.KeptBlocks); // 0.8 of 9, rounded up
        Assert.IsTrue(pruned.Weights.Layers[0].Fc2.Weight.All(weight => weight != 0));
        Assert.IsLessThanOrEqualTo(
            0.5 * cost.TotalMultiplyAdds, cost.MultiplyAdds(linear => pruned.Plan[linear.Name]?.KeptElements ?? fc2));
    }

    [TestMethod]
    public void Prune_ByLatency_MeetsItsTable()
    {
        var dense = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        var rules = new LayerRules(new BlockShape(2, 2));
        var grids = rules.GridsOf(rules.LayersOf(dense));
        var table = new LatencyTable(1, grids.Layers.ToDictionary(
            layer => layer.Name, layer => new LatencyCurve([0.1, 1.1], dense: layer.Name == "blocks.1.mlp.fc1" ? 0.05 : 1)));
        var settings = new PruneSettings { Layers = rules, Constraints = [], Latency = new LatencyConstraint(table, 5) };

        var pruned = new BlockPruner().Prune(dense, TinyNetwork.Calibration(dense.Config, 80), settings, _ => { });

        Assert.IsNull(pruned.Plan["blocks.1.mlp.fc1"], "block-sparse it would take longer");
        double time = 1 + grids.Layers.Sum(layer => table.Layers[layer.Name].At(
            pruned.Plan[layer.Name]?.KeptBlocks ?? layer.Blocks.TotalBlocks, layer.Blocks.TotalBlocks));
        Assert.IsLessThanOrEqualTo(5, time);
        Assert.IsGreaterThan(4, time); // no block takes more than 1 / 9
    }

    [TestMethod]
    public void LayersOf_TakesADenseLayerThoughTheBlockDoesNotFitIt()
    {
        var network = new NetworkWeights(ViT.Of(TinyNetwork.Config()));
        string[] narrow =
            [.. network.PrunableLayers.Select(layer => layer.Name).Where(name => !name.EndsWith("fc2", StringComparison.Ordinal))];
        var rules = new LayerRules(new BlockShape(6, 8), dense: narrow); // embedDim 6, mlpDim 10

        var grids = rules.GridsOf(rules.LayersOf(network));

        CollectionAssert.AreEqual(new[] { "blocks.0.mlp.fc2", "blocks.1.mlp.fc2" }, grids.Layers.Select(layer => layer.Name).ToArray());
    }

    [TestMethod]
    public void LayersOf_RefusesABlockThatIsHigherThanQ()
    {
        var rules = new LayerRules(
            new BlockShape(2, 2), blocks: new Dictionary<string, BlockShape> { [OtherBlock] = new(7, 2) }); // q has 6 rows, qkv 18

        var network = new NetworkWeights(ViT.Of(TinyNetwork.Config()));

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => rules.LayersOf(network));

        StringAssert.Contains(error.Message, $"7x2 is larger than the weight of '{OtherBlock}', q, k and v apart, 6x6");
    }

    [TestMethod]
    public void CheckNames_ListsTheLayersWhereOneIsUnknown()
    {
        var network = new NetworkWeights(ViT.Of(TinyNetwork.Config(depth: 1)));
        LayerRules[] wrong =
        [
            new(new BlockShape(2, 2), dense: ["blocks.1.mlp.fc1"]),
            new(new BlockShape(2, 2), floors: new Dictionary<string, double> { ["blocks.1.mlp.fc1"] = 0.5 }),
            new(new BlockShape(2, 2), blocks: new Dictionary<string, BlockShape> { ["blocks.1.mlp.fc1"] = new(2, 2) }),
        ];
        foreach (var rules in wrong)
        {
            var error = Assert.ThrowsExactly<ArgumentException>(() => rules.CheckNames(network));

            Assert.AreEqual(
                "The network has no prunable layer 'blocks.1.mlp.fc1'. It has 'blocks.0.attn.qkv', 'blocks.0.attn.proj', "
                + "'blocks.0.mlp.fc1', 'blocks.0.mlp.fc2'.",
                error.Message);
        }
    }

    [TestMethod]
    public void Constructor_NamesTheLayerWhoseRuleIsNone()
    {
        var floor = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => new LayerRules(new BlockShape(2, 2), floors: new Dictionary<string, double> { [Floored] = 1.5 }));
        var block = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => new LayerRules(new BlockShape(2, 2), blocks: new Dictionary<string, BlockShape> { [OtherBlock] = default }));

        StringAssert.Contains(floor.Message, $"The floor of {Floored} is 1.5");
        StringAssert.Contains(block.Message, $"The block of {OtherBlock} is 0x0");
    }
}
