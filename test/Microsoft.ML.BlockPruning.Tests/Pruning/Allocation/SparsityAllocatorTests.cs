using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Allocation;

[TestClass]
public sealed class SparsityAllocatorTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void Allocate_KeepsTheMostImportanceThatAnyChoiceCould(int seed)
    {
        var layers = new[] { Layer("a", 4, 4, new BlockShape(2, 2), seed), Layer("b", 4, 6, new BlockShape(2, 2), seed + 100) };
        for (int budget = 0; budget <= 10; budget++)
        {
            var plan = Allocator(new SparsityCostModel(), budget, layerFloor: 0).Allocate(layers, []);

            double best = Enumerable.Range(0, 1 << 10).Where(choice => int.PopCount(choice) <= budget)
                .Max(choice => Blocks(layers).Select((block, k) => (choice >> k & 1) * block.Importance).Sum());
            Assert.AreEqual(best, Kept(layers, plan).Sum(block => block.Importance), 1e-12, $"budget {budget}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Allocate_MeetsTheBudgetToOneBlock(int height, int width)
    {
        var (layers, couplings, costs) = Network(new BlockShape(height, width), seed: 7);
        long total = costs.FixedCost + Blocks(layers).Sum(block => block.Cost(costs));
        foreach (double keep in new[] { 0.25, 0.5, 0.7, 0.9, 0.99 })
        {
            double budget = keep * total;
            var plan = Allocator(costs, budget, layerFloor: 0).Allocate(layers, couplings);

            long cost = costs.FixedCost + Kept(layers, plan).Sum(block => block.Cost(costs));
            Assert.IsTrue(cost <= budget, $"{cost} > {budget}");
            var dead = DeadBlocks(layers, couplings, plan, onlyKept: false);
            var fitting = Blocks(layers).Except(Kept(layers, plan)).Except(dead).Where(block => cost + block.Cost(costs) <= budget);
            Assert.IsEmpty(fitting, $"keep {keep}: a removed block still fits");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Allocate_LeavesNoDeadUnit(int height, int width)
    {
        int deadOtherwise = 0;
        for (int seed = 0; seed < 5; seed++)
        {
            var (layers, couplings, costs) = Network(new BlockShape(height, width), seed);
            double total = costs.FixedCost + Blocks(layers).Sum(block => block.Cost(costs));
            foreach (double keep in new[] { 0.25, 0.35, 0.5 })
            {
                var plan = Allocator(costs, keep * total, layerFloor: 0).Allocate(layers, couplings);

                Assert.IsEmpty(DeadBlocks(layers, couplings, plan, onlyKept: true), $"seed {seed}, keep {keep}");
                var uncoupled = Allocator(costs, keep * total, layerFloor: 0).Allocate(layers, []);
                deadOtherwise += DeadBlocks(layers, couplings, uncoupled, onlyKept: true).Count;
            }
        }

        Assert.IsGreaterThan(0, deadOtherwise, "nothing would have died: this test proves nothing");
    }

    [TestMethod]
    public void Allocate_SpendsWhatDeadUnitsFreed()
    {
        // Unit 0: worthless producer, precious consumer. Unit 1 the other way round. Unit 2: middling on both sides.
        var producer = new LayerImportances("p", new BlockMask(3, 1, new BlockShape(1, 1))) { [0, 0] = 1, [1, 0] = 9, [2, 0] = 5 };
        var consumer = new LayerImportances("c", new BlockMask(1, 3, new BlockShape(1, 1))) { [0, 0] = 9, [0, 1] = 1, [0, 2] = 4 };

        var plan = Allocator(new SparsityCostModel(), 2, layerFloor: 0)
            .Allocate([producer, consumer], [new UnitCoupling("p", 0, "c")]);

        CollectionAssert.AreEqual(new[] { false, false, true }, Enumerable.Range(0, 3).Select(row => plan["p"]![row, 0]).ToArray());
        CollectionAssert.AreEqual(new[] { false, false, true }, Enumerable.Range(0, 3).Select(column => plan["c"]![0, column]).ToArray());
    }

    [TestMethod]
    public void Allocate_RemovesNothingWhenTheBudgetIsTheWholeNetwork()
    {
        var (layers, couplings, costs) = Network(new BlockShape(2, 2), seed: 1);
        long total = costs.FixedCost + Blocks(layers).Sum(block => block.Cost(costs));

        var plan = Allocator(costs, total, layerFloor: 0).Allocate(layers, couplings);

        Assert.IsTrue(plan.Masks.Values.All(mask => mask.KeptBlocks == mask.TotalBlocks));
    }

    [TestMethod]
    public void Allocate_BreaksTiesInTheOrderOfLayersRowsColumns()
    {
        var layers = new[]
        {
            new LayerImportances("b", new BlockMask(2, 2, new BlockShape(1, 1))),
            new LayerImportances("a", new BlockMask(2, 2, new BlockShape(1, 1))),
        };

        var plan = Allocator(new SparsityCostModel(), 3, layerFloor: 0).Allocate(layers, []);

        Assert.AreEqual(0, plan["b"]!.KeptBlocks);
        CollectionAssert.AreEqual(
            new[] { false, true, true, true }, Enumerable.Range(0, 4).Select(block => plan["a"]![block / 2, block % 2]).ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Allocate_KeepsTheFloorOfEveryLayerThoughUnitsDie(int height, int width)
    {
        var (layers, couplings, costs) = Network(new BlockShape(height, width), seed: 3);
        double total = costs.FixedCost + Blocks(layers).Sum(block => block.Cost(costs));

        var plan = Allocator(costs, 0.8 * total, layerFloor: 0.3).Allocate(layers, couplings);

        foreach (var mask in plan.Masks.Values)
        {
            Assert.IsTrue(mask.KeptBlocks >= 0.3 * mask.TotalBlocks, $"{mask.KeptBlocks} of {mask.TotalBlocks}");
        }
    }

    [TestMethod]
    public void Allocate_KeepsTheFloorOfALayerThatMattersLeast_ByItsBestBlocks()
    {
        var (least, most) = (
            new LayerImportances("least", new BlockMask(2, 2, new BlockShape(1, 1))),
            new LayerImportances("most", new BlockMask(2, 2, new BlockShape(1, 1))));
        for (int block = 0; block < 4; block++)
        {
            least[block / 2, block % 2] = 0.1 * block;
            most[block / 2, block % 2] = 10 + block;
        }

        var plan = Allocator(new SparsityCostModel(), 4, layerFloor: 0.3).Allocate([least, most], []);

        // 0.3 of four blocks are two of each; without a floor all four of one layer would stay.
        foreach (var mask in new[] { plan["least"]!, plan["most"]! })
        {
            CollectionAssert.AreEqual(
                new[] { false, false, true, true }, Enumerable.Range(0, 4).Select(block => mask[block / 2, block % 2]).ToArray());
        }
    }

    [TestMethod]
    public void Allocate_SaysTheNearestBudgetWhereOneCannotBeMet()
    {
        var layers = new[] { Layer("a", 4, 4, new BlockShape(2, 2), seed: 1) };

        // 4 blocks, half of them held by the floor: 2 of 4 is the least.
        var error = Assert.ThrowsExactly<ArgumentException>(
            () => Allocator(new SparsityCostModel(), 1, layerFloor: 0.5).Allocate(layers, []));

        StringAssert.Contains(error.Message, "at least 0.5 of the blocks");
    }

    [TestMethod]
    [DataRow(double.NaN)]
    [DataRow(-1.0)]
    public void CheckBudget_RefusesWhatIsBelowTheFixedPart(double budget)
    {
        var (layers, _, costs) = Network(new BlockShape(2, 2), seed: 1);

        Assert.ThrowsExactly<ArgumentException>(
            () => Allocator(costs, budget, 0).CheckBudget(Grids(layers)));
    }

    [TestMethod]
    [DataRow(double.NaN)]
    [DataRow(-0.1)]
    [DataRow(1.1)]
    public void Constructor_RefusesAFloorThatIsNoFraction(double floor)
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Allocator(new SparsityCostModel(), 1, floor));
    }

    /// <summary>Square, wide, high, and shapes that divide neither side.</summary>
    public static IEnumerable<(int Height, int Width)> Shapes => [(2, 2), (1, 3), (3, 1), (4, 5), (6, 6)];

    private static (LayerImportances[] Layers, IReadOnlyList<UnitCoupling> Couplings, ICostModel Costs) Network(BlockShape shape, int seed)
    {
        var network = new NetworkWeights(ViT.Of(TinyNetwork.Config()));
        LayerImportances[] layers = [.. network.PrunableLayers.Select((layer, i) =>
            Layer(layer.Name, layer.OutFeatures, layer.InFeatures, shape, (seed * 100) + i))];
        return (layers, UnitCoupling.Of(network.Spec), new FlopsCostModel(new NetworkCost(network.Spec)));
    }

    private static SparsityAllocator Allocator(ICostModel costs, double budget, double layerFloor) =>
        new([new PruneConstraint(costs, budget, DenseCost: 4, "blocks")], new LayerRules(new BlockShape(1, 1), layerFloor));

    private static LayerGrids Grids(IEnumerable<LayerImportances> layers) =>
        new(layers.Select(layer => (layer.LayerName, layer.Blocks)));

    private static LayerImportances Layer(string name, int rows, int columns, BlockShape shape, int seed)
    {
        var random = new Random(seed);
        var layer = new LayerImportances(name, new BlockMask(rows, columns, shape));
        for (int row = 0; row < layer.Blocks.BlockRows; row++)
        {
            for (int column = 0; column < layer.Blocks.BlockColumns; column++)
            {
                layer[row, column] = Math.Pow(random.NextDouble(), 4);
            }
        }

        return layer;
    }

    private static IEnumerable<Block> Blocks(IEnumerable<LayerImportances> layers) =>
        from layer in layers
        from row in Enumerable.Range(0, layer.Blocks.BlockRows)
        from column in Enumerable.Range(0, layer.Blocks.BlockColumns)
        select new Block(layer, row, column);

    private static IEnumerable<Block> Kept(IEnumerable<LayerImportances> layers, SparsityPlan plan) =>
        Blocks(layers).Where(block => plan[block.Layer.LayerName]![block.Row, block.Column]);

    // Weight by weight: a producer row is dead if its unit has no kept consumer weight, a consumer column if its unit has no kept producer
    // weight; a block is dead if all its rows (columns) are and no other layer reads them.
    private static List<Block> DeadBlocks(
        LayerImportances[] layers, IReadOnlyList<UnitCoupling> couplings, SparsityPlan plan, bool onlyKept)
    {
        var dead = new List<Block>();
        foreach (var coupling in couplings)
        {
            var producer = plan[coupling.Producer]!;
            var consumer = plan[coupling.Consumer]!;
            foreach (var block in Blocks(layers).Where(block => block.Layer.LayerName == coupling.Producer))
            {
                int first = (block.Row * producer.Shape.Height) - coupling.FirstRow;
                int[] units = [.. Enumerable.Range(first, producer.HeightOf(block.Row))];
                if (units.All(unit => unit >= 0 && unit < consumer.Columns && !IsRead(unit)))
                {
                    dead.Add(block);
                }
            }

            foreach (var block in Blocks(layers).Where(block => block.Layer.LayerName == coupling.Consumer))
            {
                if (Enumerable.Range(block.Column * consumer.Shape.Width, consumer.WidthOf(block.Column)).All(unit => !IsComputed(unit)))
                {
                    dead.Add(block);
                }
            }

            bool IsRead(int unit) => Enumerable.Range(0, consumer.BlockRows).Any(row => consumer[row, unit / consumer.Shape.Width]);

            bool IsComputed(int unit) =>
                Enumerable.Range(0, producer.BlockColumns)
                    .Any(column => producer[(unit + coupling.FirstRow) / producer.Shape.Height, column]);
        }

        return onlyKept ? [.. dead.Intersect(Kept(layers, plan))] : dead;
    }

    private sealed record Block(LayerImportances Layer, int Row, int Column)
    {
        public double Importance => Layer[Row, Column];

        public long Cost(ICostModel costs) => costs.CostOfBlock(Layer.LayerName, Layer.Blocks.ElementsOf(Row, Column));
    }
}
