using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Allocation;

/// <summary>Three layers of five blocks against all 6³ numbers of kept blocks.</summary>
[TestClass]
public sealed class LatencyChoiceTests
{
    private const int Blocks = 5;

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void Allocate_LosesNoMoreThanTheBestLevelsOfBruteForce(int seed)
    {
        var toy = new Toy(seed);
        double least = Toy.All.Min(toy.Time);
        for (double limit = least * 1.01; limit < toy.Table.DenseMilliseconds; limit += 0.31)
        {
            int[] kept = toy.Allocate(limit);

            Assert.IsLessThanOrEqualTo(limit, toy.Time(kept));

            // The program rounds each layer's time up to a ten-thousandth of what there is to spend.
            double certain = limit - (3e-4 * limit);
            double best = Toy.All.Where(choice => toy.Time(choice) <= certain).Max(toy.Importance);
            Assert.IsGreaterThanOrEqualTo(best - 1e-12, toy.Importance(kept), $"limit {limit}");
        }
    }

    [TestMethod]
    public void Allocate_LeavesALayerDenseThatIsFasterSo()
    {
        var toy = new Toy(seed: 4, denseOfLast: 0.1); // any block-sparse form of the last layer takes more

        var plan = toy.Plan(Toy.All.Min(toy.Time) + 0.05);

        Assert.IsNull(plan["2"]);
        Assert.IsNotNull(plan["0"] ?? plan["1"]);
    }

    [TestMethod]
    public void Allocate_WithACostBesides_MeetsBoth()
    {
        var toy = new Toy(seed: 2);
        double limit = 0.9 * toy.Table.DenseMilliseconds;
        for (int blocks = 0; blocks <= 3 * Blocks; blocks++)
        {
            int[] kept = toy.Allocate(limit, new PruneConstraint(new SparsityCostModel(), blocks, 3 * Blocks, "blocks"));

            Assert.IsLessThanOrEqualTo(blocks, kept.Sum());
            Assert.IsLessThanOrEqualTo(limit, toy.Time(kept));
            var more = Enumerable.Range(0, 3).Where(layer => kept[layer] < Blocks)
                .Select(layer => kept.Select((count, i) => i == layer ? count + 1 : count).ToArray());
            Assert.IsFalse(more.Any(choice => choice.Sum() <= blocks && toy.Time(choice) <= limit), "a removed block still fits");
        }
    }

    [TestMethod]
    public void CheckBudget_NamesTheNearestLatency()
    {
        var toy = new Toy(seed: 1);
        double least = Toy.All.Min(toy.Time) / toy.Table.DenseMilliseconds;

        var error = Assert.ThrowsExactly<ArgumentException>(() => toy.Allocate(0.99 * least * toy.Table.DenseMilliseconds));

        StringAssert.Contains(error.Message, FormattableString.Invariant($"Keep at least {Math.Ceiling(least * 10_000) / 10_000:0.####}"));
    }

    /// <summary>Fewer blocks than a dense layer has, in a time that only the dense layer meets.</summary>
    [TestMethod]
    public void Allocate_BudgetsThatContradictEachOther_NamesTheNearestLatency()
    {
        var toy = new Toy(seed: 4, denseOfLast: 0.1);
        double dense = toy.Table.DenseMilliseconds;
        var none = new PruneConstraint(new SparsityCostModel(), Limit: 0, 3 * Blocks, "blocks");
        double nearest = toy.Time([0, 0, 0]) / dense; // no block may stay

        var error = Assert.ThrowsExactly<ArgumentException>(() => toy.Allocate(Toy.All.Min(toy.Time) + 0.05, none));

        double named = double.Parse(
            Regex.Match(error.Message, @"at least ([\d.]+) of the latency").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.AreEqual(nearest, named, 1e-3);
        CollectionAssert.AreEqual(new[] { 0, 0, 0 }, toy.Allocate(named * dense, none));
    }

    [TestMethod]
    public void Curve_NeverFallsBetweenItsLevelsAndEndsDense()
    {
        var curve = new LatencyCurve([1, 3, 2, 5], dense: 4);

        double[] times = [.. Enumerable.Range(0, 7).Select(kept => curve.At(kept, 6))];

        CollectionAssert.AreEqual(new double[] { 1, 2, 3, 3, 3, 4, 4 }, times); // 3, 2 is noise: 3, 3
    }

    [TestMethod]
    public void Curve_RefusesTimesThatAreNone()
    {
        Assert.ThrowsExactly<ArgumentException>(() => new LatencyCurve([1], dense: 1));
        Assert.ThrowsExactly<ArgumentException>(() => new LatencyCurve([1, double.NaN], dense: 1));
        Assert.ThrowsExactly<ArgumentException>(() => new LatencyCurve([1, 2], dense: 0));
    }

    private sealed class Toy
    {
        private readonly LayerImportances[] _layers;

        public Toy(int seed, double denseOfLast = 3)
        {
            var random = new Random(seed);
            _layers = [.. Enumerable.Range(0, 3).Select(i => new LayerImportances($"{i}", new BlockMask(1, Blocks, new BlockShape(1, 1))))];
            for (int i = 0; i < 3 * Blocks; i++)
            {
                _layers[i / Blocks][0, i % Blocks] = random.NextDouble();
            }

            Table = new LatencyTable(0.5, _layers.ToDictionary(layer => layer.LayerName, layer => new LatencyCurve(
                [.. Enumerable.Range(0, Blocks + 1).Select(_ => 0.5 + (3 * random.NextDouble()))],
                layer.LayerName == "2" ? denseOfLast : 3)));
        }

        public LatencyTable Table { get; }

        public static IEnumerable<int[]> All =>
            from a in Enumerable.Range(0, Blocks + 1)
            from b in Enumerable.Range(0, Blocks + 1)
            from c in Enumerable.Range(0, Blocks + 1)
            select new[] { a, b, c };

        public double Time(int[] kept) => 0.5 + kept.Select((count, i) => Table.Layers[$"{i}"].At(count, Blocks)).Sum();

        public double Importance(int[] kept) => kept.Select((count, i) =>
            Enumerable.Range(0, Blocks).Select(column => _layers[i][0, column]).OrderDescending().Take(count).Sum()).Sum();

        public SparsityPlan Plan(double limit, params PruneConstraint[] besides) =>
            new SparsityAllocator(besides, new LayerRules(new BlockShape(1, 1)), new LatencyConstraint(Table, limit)).Allocate(_layers, []);

        public int[] Allocate(double limit, params PruneConstraint[] besides)
        {
            var plan = Plan(limit, besides);
            return [.. Enumerable.Range(0, 3).Select(i => plan[$"{i}"]?.KeptBlocks ?? Blocks)];
        }
    }
}
