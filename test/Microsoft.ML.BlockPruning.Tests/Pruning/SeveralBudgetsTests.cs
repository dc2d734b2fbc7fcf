using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Pruning;

/// <summary>Several budgets at once, against all 1024 choices of ten blocks.</summary>
[TestClass]
public sealed class SeveralBudgetsTests
{
    private const int Blocks = 10;

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    public void Allocate_IsWithinABlockPerBudgetOfTheBestChoice(int seed)
    {
        var toy = new Toy(seed, budgets: 3);
        foreach (double tight in new[] { 0.3, 0.5, 0.7 })
        {
            foreach (double loose in new[] { 0.4, 0.6, 0.9 })
            {
                int kept = toy.Allocate(tight, loose, 1 - (tight * loose));

                Assert.IsTrue(toy.Meets(kept), "a budget is broken");
                int single = Enumerable.Range(0, Blocks).FirstOrDefault(k => (kept >> k & 1) == 0 && toy.Meets(kept | (1 << k)), -1);
                Assert.AreEqual(-1, single, "a removed block still fits");

                // A basic solution of the relaxed problem has at most one fractional block per budget.
                double best = Enumerable.Range(0, 1 << Blocks).Where(toy.Meets).Max(toy.ImportanceOf);
                Assert.IsGreaterThanOrEqualTo(best - (3 * toy.MostImportance), toy.ImportanceOf(kept));
                Assert.IsLessThanOrEqualTo(best + 1e-12, toy.ImportanceOf(kept));
            }
        }
    }

    [TestMethod]
    public void Allocate_FindsThePricesWhereBothBudgetsBind()
    {
        // Kind 0 (blocks 0 to 4) is dear in the first budget only, kind 1 in the second only: each budget buys the best of its own kind.
        var toy = new Toy(seed: 9, budgets: 2);
        for (int k = 0; k < Blocks; k++)
        {
            toy.Costs[0][k] = k < 5 ? 1000 : 1;
            toy.Costs[1][k] = k < 5 ? 1 : 1000;
        }

        int kept = toy.Allocate(0.41, 0.81); // two of the one kind, four of the other

        Assert.AreEqual((2, 4), (int.PopCount(kept & 31), int.PopCount(kept >> 5)));
        Assert.AreEqual(Enumerable.Range(0, 1 << Blocks).Where(toy.Meets).Max(toy.ImportanceOf), toy.ImportanceOf(kept), 1e-12);
    }

    [TestMethod]
    public void Allocate_WithABudgetThatIsNeverReachedKeepsNoLessThanWithoutIt()
    {
        var toy = new Toy(seed: 5, budgets: 2);

        int both = toy.Allocate(0.4, 1);

        Assert.IsGreaterThanOrEqualTo(toy.ImportanceOf(new Toy(seed: 5, budgets: 1).Allocate(0.4)), toy.ImportanceOf(both));
    }

    [TestMethod]
    public void CheckBudget_NamesEveryBudgetThatCannotBeMet()
    {
        var toy = new Toy(seed: 1, budgets: 3);

        var error = Assert.ThrowsExactly<ArgumentException>(() => toy.Allocate(-0.1, 0.5, -0.2));

        StringAssert.Contains(error.Message, "units of budget 0");
        StringAssert.Contains(error.Message, "units of budget 2");
        Assert.DoesNotContain("units of budget 1", error.Message);
    }

    /// <summary>Ten layers of one block; each budget has its own random cost of each.</summary>
    private sealed class Toy
    {
        private readonly double[] _importances;
        private readonly double[] _limits;

        public Toy(int seed, int budgets)
        {
            var random = new Random(seed);
            _importances = [.. Enumerable.Range(0, Blocks).Select(_ => random.NextDouble())];
            Costs = [.. Enumerable.Range(0, budgets).Select(_ => Enumerable.Range(0, Blocks).Select(_ => random.Next(50, 200)).ToArray())];
            _limits = new double[budgets];
        }

        public int[][] Costs { get; }

        public double MostImportance => _importances.Max();

        public double ImportanceOf(int choice) => Enumerable.Range(0, Blocks).Sum(k => (choice >> k & 1) * _importances[k]);

        public bool Meets(int choice) =>
            Costs.Zip(_limits).All(budget => Enumerable.Range(0, Blocks).Sum(k => (choice >> k & 1) * budget.First[k]) <= budget.Second);

        public int Allocate(params double[] keep)
        {
            var constraints = Costs.Select((costs, i) =>
                PruneConstraint.Keep(keep[i], new TableCosts(costs), costs.Sum(), $"units of budget {i}")).ToList();
            constraints.Select(constraint => constraint.Limit).ToArray().CopyTo(_limits, 0);
            var layers = _importances.Select((importance, k) =>
                new LayerImportances($"{k}", new BlockMask(1, 1, new BlockShape(1, 1))) { [0, 0] = importance }).ToList();
            var plan = new SparsityAllocator(constraints, new LayerRules(new BlockShape(1, 1))).Allocate(layers, []);
            return Enumerable.Range(0, Blocks).Sum(k => plan[$"{k}"]!.KeptBlocks << k);
        }
    }

    private sealed class TableCosts(int[] costs) : ICostModel
    {
        public long FixedCost => 0;

        public long CostOfBlock(string layerName, int elements) => costs[layerName[0] - '0'];
    }
}
