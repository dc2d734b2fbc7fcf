using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Allocation;

[TestClass]
public sealed class UniformImportancesTests
{
    [TestMethod]
    public void Of_TakesTheSameShareOfEveryLayerAndTheLeastOfEach()
    {
        // Layer b is a million times as important, so a global order would empty a first.
        var a = Layer("a", [3, 1, 2, 4]);
        var b = Layer("b", [8e6, 7e6, 5e6, 6e6]);

        var plan = new SparsityAllocator(
            [PruneConstraint.Keep(0.5, new SparsityCostModel(), denseCost: 8, "blocks")], new LayerRules(new BlockShape(1, 1)))
            .Allocate([UniformImportances.Of(a), UniformImportances.Of(b)], []);

        CollectionAssert.AreEqual(new[] { true, false, false, true }, Kept(plan["a"]!));
        CollectionAssert.AreEqual(new[] { true, true, false, false }, Kept(plan["b"]!));
    }

    [TestMethod]
    public void Of_RanksRaggedBlocksByImportancePerWeight()
    {
        // 1 x 3 in blocks of 1 x 2: the second block holds one weight.
        var importances = new LayerImportances("a", new BlockMask(1, 3, new BlockShape(1, 2)));
        importances[0, 0] = 4; // 2 a weight
        importances[0, 1] = 3; // 3 a weight

        var ranked = UniformImportances.Of(importances);

        Assert.AreEqual(0.5 * 2, ranked[0, 0]);
        Assert.AreEqual(1.0 * 1, ranked[0, 1]);
    }

    private static LayerImportances Layer(string name, double[] values)
    {
        var importances = new LayerImportances(name, new BlockMask(2, 2, new BlockShape(1, 1)));
        for (int i = 0; i < values.Length; i++)
        {
            importances[i / 2, i % 2] = values[i];
        }

        return importances;
    }

    private static bool[] Kept(BlockMask mask) => [.. Enumerable.Range(0, 4).Select(i => mask[i / 2, i % 2])];
}
