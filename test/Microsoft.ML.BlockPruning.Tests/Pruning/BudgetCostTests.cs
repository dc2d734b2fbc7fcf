using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning;

/// <summary>What a block costs, counted another way.</summary>
[TestClass]
public sealed class BudgetCostTests
{
    private static readonly ViTConfig DeitB =
        new(224, 16, channels: 3, embedDim: 768, depth: 12, numHeads: 12, mlpDim: 3072, numClasses: 1000);

    [TestMethod]
    [DataRow(2, 3)]
    [DataRow(4, 4)]
    public void Bytes_AreThoseOfTheArraysThatTheNetworkHolds(int height, int width)
    {
        var weights = TinyNetwork.Weights(TinyNetwork.Config(), seed: 1);
        var random = new Random(1);
        var grids = Grids(weights.Config, new BlockShape(height, width), name => !name.EndsWith("fc1", StringComparison.Ordinal));
        var costs = new BytesCostModel(new NetworkCost(weights.Spec), grids);
        var plan = new SparsityPlan();
        long cost = costs.FixedCost;
        foreach (var (name, grid) in grids.Layers)
        {
            var mask = grid.Clone();
            for (int block = 0; block < mask.TotalBlocks; block++)
            {
                (int row, int column) = (block / mask.BlockColumns, block % mask.BlockColumns);
                mask[row, column] = random.Next(2) == 0;
                cost += mask[row, column] ? costs.CostOfBlock(name, mask.ElementsOf(row, column)) : 0;
            }

            plan.Add(name, mask);
        }

        var network = SparseViT.Create(weights, plan, ImagePreprocessing.ImageNet(4, 1), ["a", "b", "c"]);
        long prunable = weights.PrunableLayers.Sum(layer => (long)layer.Weight.Length);
        long numbers = weights.Tensors.Sum(tensor => (long)tensor.Values.Length) - prunable; // fixed
        foreach (var linear in network.PrunableLayers)
        {
            var mask = plan[linear.Name];
            numbers += mask?.KeptElements ?? linear.Weight.Values.Count; // padding of ragged blocks is not counted
            numbers += mask is null ? 0 : linear.Weight.ColIndices.Length + linear.Weight.CrowIndices.Length;
        }

        Assert.AreEqual(4 * numbers, cost);
        Assert.AreEqual(network.WeightBytes, cost);
    }

    [TestMethod]
    public void Energy_OfABlockIsItsMultiplyAddsAndItsBytes()
    {
        var grids = Grids(DeitB, new BlockShape(32, 32), _ => true);
        var costs = new EnergyCostModel(new NetworkCost(ViT.Of(DeitB)), new EnergyModel(4.6, 160), grids);

        // 197 tokens meet 1024 weights; 1024 weights and an index are read.
        Assert.AreEqual((197 * 1024 * 4_600L) + (1025 * 4 * 160_000L), costs.CostOfBlock("blocks.0.mlp.fc1", 1024));
    }

    [TestMethod]
    [DataRow(1.0, 0.0)]
    [DataRow(0.0, 1.0)]
    public void Energy_OfOneTermIsThatTermsBudget(double perMultiplyAdd, double perByte)
    {
        var cost = new NetworkCost(ViT.Of(DeitB));
        var grids = Grids(DeitB, new BlockShape(32, 32), _ => true);
        var energy = new EnergyCostModel(cost, new EnergyModel(perMultiplyAdd, perByte), grids);
        ICostModel term = perByte == 0 ? new FlopsCostModel(cost) : new BytesCostModel(cost, grids);

        Assert.AreEqual(1000 * term.FixedCost, energy.FixedCost);
        Assert.AreEqual(1000 * term.CostOfBlock("blocks.3.attn.qkv", 1024), energy.CostOfBlock("blocks.3.attn.qkv", 1024));
    }

    [TestMethod]
    [DataRow("attn.qkv", 82_944)]
    [DataRow("attn.proj", 27_648)]
    [DataRow("mlp.fc1", 110_592)]
    [DataRow("mlp.fc2", 442_368)]
    public void LpViT_CostsWhatItsCodeComputesForDeitB(string layer, long slope)
    {
        var grids = Grids(DeitB, new BlockShape(32, 32), _ => true);
        var costs = new EnergyCostModel(new NetworkCost(ViT.Of(DeitB)), EnergyModel.LpViT, grids);
        string name = $"blocks.5.{layer}";

        Assert.AreEqual(1000 * slope, grids[name].TotalBlocks * costs.CostOfBlock(name, 1024));
        Assert.AreEqual(0, costs.FixedCost);
        Assert.AreEqual(12 * 1000.0 * (82_944 + 27_648 + 110_592 + 442_368), costs.DenseCost);
    }

    [TestMethod]
    [DataRow(-1.0, 1.0)]
    [DataRow(1.0, double.NaN)]
    [DataRow(double.PositiveInfinity, 1.0)]
    [DataRow(0.0, 0.0)]
    public void EnergyModel_RefusesFiguresThatAreNone(double perMultiplyAdd, double perByte) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new EnergyModel(perMultiplyAdd, perByte));

    private static LayerGrids Grids(ViTConfig config, BlockShape block, Func<string, bool> maySparse) => new(
        ViT.Of(config).PrunableLinears.Where(layer => maySparse(layer.Name))
            .Select(layer => (layer.Name, new BlockMask(layer.OutFeatures, layer.InFeatures, block))));
}
