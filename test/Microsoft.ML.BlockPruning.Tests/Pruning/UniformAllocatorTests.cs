using System.Text;
using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Training;

namespace Microsoft.ML.BlockPruning.Tests.Pruning;

[TestClass]
public sealed class UniformAllocatorTests
{
    [TestMethod]
    [DataRow(2, 2)]
    [DataRow(4, 5)] // ragged
    public void Allocate_KeepsTheSameFractionOfEveryLayerWithinTheBudget(int height, int width)
    {
        var network = new ViTWeights(TinyNetwork.Config());
        var costs = new FlopsCostModel(new NetworkCost(network.Config));
        LayerImportances[] layers = [.. network.PrunableLayers.Select((layer, i) =>
            Layer(layer.Name, layer.OutFeatures, layer.InFeatures, new BlockShape(height, width), scale: Math.Pow(10, i)))];
        long total = costs.FixedCost + layers.Sum(layer => CostOf(layer, (_, _) => true));
        foreach (double keep in new[] { 0.4, 0.6, 0.8 })
        {
            var plan = new UniformAllocator(costs, keep * total).Allocate(layers, UnitCoupling.Of(network));

            long cost = costs.FixedCost + layers.Sum(layer => CostOf(layer, (row, column) => plan[layer.LayerName]![row, column]));
            Assert.IsTrue(cost <= keep * total, $"keep {keep}: {cost} > {keep * total}");
            long dearest = layers.Max(layer => costs.CostOfBlock(layer.LayerName, layer.Blocks.ElementsOf(0, 0)));
            Assert.IsTrue(cost + dearest > keep * total, $"keep {keep}: a block still fits");

            // Layers lose their blocks in step, so no layer is more than one block ahead of the common fraction, nor behind.
            double least = plan.Masks.Values.Max(mask => (mask.KeptBlocks - 1.0) / mask.TotalBlocks);
            double most = plan.Masks.Values.Min(mask => (mask.KeptBlocks + 1.0) / mask.TotalBlocks);
            Assert.IsTrue(least <= most, $"keep {keep}: {least} > {most}");
            Array.ForEach(layers, layer => AssertKeepsTheMostImportant(layer, plan[layer.LayerName]!));
        }

        long CostOf(LayerImportances layer, Func<int, int, bool> isKept) =>
            (from row in Enumerable.Range(0, layer.Blocks.BlockRows)
             from column in Enumerable.Range(0, layer.Blocks.BlockColumns)
             where isKept(row, column)
             select costs.CostOfBlock(layer.LayerName, layer.Blocks.ElementsOf(row, column))).Sum();
    }

    [TestMethod]
    public void Allocate_DoesNotCareForTheScaleOfALayer()
    {
        var shape = new BlockShape(2, 2);
        var small = new[] { Layer("a", 4, 6, shape, scale: 1), Layer("b", 8, 8, shape, scale: 1) };
        var large = new[] { Layer("a", 4, 6, shape, scale: 1e6), Layer("b", 8, 8, shape, scale: 1e-6) };

        var first = new UniformAllocator(new SparsityCostModel(), 11).Allocate(small, []);
        var second = new UniformAllocator(new SparsityCostModel(), 11).Allocate(large, []);

        Assert.AreEqual(Text(first), Text(second));
        Assert.AreEqual(11, first.Masks.Values.Sum(mask => mask.KeptBlocks));
        Assert.AreEqual(3, first["a"]!.KeptBlocks); // of 6; 8 of 16: exactly half
    }

    private static string Text(SparsityPlan plan)
    {
        using var stream = new MemoryStream();
        SparsityPlanJson.Write(plan, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void AssertKeepsTheMostImportant(LayerImportances layer, BlockMask kept)
    {
        var blocks = from row in Enumerable.Range(0, kept.BlockRows)
                     from column in Enumerable.Range(0, kept.BlockColumns)
                     select (IsKept: kept[row, column], Importance: layer[row, column]);
        double[] gone = [.. blocks.Where(block => !block.IsKept).Select(block => block.Importance)];
        double[] stay = [.. blocks.Where(block => block.IsKept).Select(block => block.Importance)];
        Assert.IsTrue(gone.Length == 0 || stay.Length == 0 || gone.Max() <= stay.Min(), layer.LayerName);
    }

    private static LayerImportances Layer(string name, int rows, int columns, BlockShape shape, double scale)
    {
        var random = new Random(rows + columns);
        var layer = new LayerImportances(name, new BlockMask(rows, columns, shape));
        for (int block = 0; block < layer.Blocks.TotalBlocks; block++)
        {
            layer[block / layer.Blocks.BlockColumns, block % layer.Blocks.BlockColumns] = scale * random.NextDouble();
        }

        return layer;
    }
}
