using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning;

/// <summary>Blocks that are zero in the file are removed first, under every criterion and allocation, and no refit fills them.</summary>
[TestClass]
public sealed class ZeroBlockTests
{
    private static readonly BlockShape Block = new(2, 3);
    private static readonly NetworkWeights Dense = Masked(); // after Block, which it is masked in
    private static readonly NetworkCost Cost = new(Dense.Spec);

    private TensorLeakGuard _guard = null!;

    public static IEnumerable<PruneCriterion> Criteria => Enum.GetValues<PruneCriterion>();

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DynamicData(nameof(Criteria))]
    public void Prune_RemovesZeroBlocksFirst_UnderEveryCriterion(PruneCriterion criterion) => AssertGone(Prune(
        Constraint(0.7), PruneAllocation.Global, PruneMethods.CriterionOf(criterion, CalibrationLabels.Sampled), PruneRefit.Feedback));

    [TestMethod]
    [DataRow(PruneAllocation.Global)]
    [DataRow(PruneAllocation.Uniform)]
    [DataRow(PruneAllocation.MeasuredCurves)]
    [DataRow(PruneAllocation.InteractionAware)]
    public void Prune_RemovesZeroBlocksFirst_UnderEveryAllocationAndAfterTraining(PruneAllocation allocation) => AssertGone(Prune(
        Constraint(0.7), allocation, PruneMethods.CriterionOf(default, CalibrationLabels.Sampled), PruneRefit.Reconstruction));

    /// <summary>A quarter of the blocks is zero: a budget that asks for less removes those, and nothing is rated.</summary>
    [TestMethod]
    [DataRow(1.0)]
    [DataRow(0.95)]
    public void Prune_WhereZeroBlocksMeetTheBudget_RemovesNoOther(double keep)
    {
        var pruned = Prune(
            Constraint(keep), PruneAllocation.Global, PruneMethods.CriterionOf(default, CalibrationLabels.Sampled), PruneRefit.Feedback);

        AssertGone(pruned);
        Assert.IsNull(pruned.Trace);
        Assert.AreEqual(ZeroBlocks(), pruned.Plan.Masks.Values.Sum(mask => mask.TotalBlocks - mask.KeptBlocks));
        foreach (var (expected, found) in Dense.Tensors.Zip(pruned.Weights.Tensors))
        {
            CollectionAssert.AreEqual(expected.Values, found.Values, expected.Name);
        }
    }

    /// <summary>The floor of a layer is of its blocks in the file; where fewer are left they all stay.</summary>
    [TestMethod]
    public void Grids_WithFloorsAboveWhatIsLeft_CanBeMet()
    {
        var rules = new LayerRules(Block, floor: 0.9);
        var grids = rules.GridsOf(rules.LayersOf(Dense));
        var allocator = new SparsityAllocator([Constraint(0.95)], rules);

        allocator.CheckBudget(grids);

        Assert.AreEqual(SparsityAllocator.WholeCost(Constraint(1), grids), allocator.LeastCost(Constraint(1), grids));
        Assert.IsTrue(allocator.KeepsAll(grids));
    }

    private static PrunedNetwork Prune(
        PruneConstraint constraint, PruneAllocation allocation, BlockPruning.Pruning.Criteria.IBlockCriterion criterion, PruneRefit refit)
    {
        var settings = new PruneSettings { Layers = new LayerRules(Block), Constraints = [constraint], Seed = 1 };
        var method = new PruneMethod
        {
            Selection = PruneMethods.SelectionOf(allocation, criterion),
            Refit = PruneMethods.RefitOf(refit),
        };
        return new BlockPruner(method).Prune(Dense, Calibration(), settings, _ => { });
    }

    private static void AssertGone(PrunedNetwork pruned)
    {
        foreach (var layer in PrunableLayer.Of(Dense, Block))
        {
            var mask = pruned.Plan[layer.Name]!;
            float[] after = pruned.Weights.Tensors.Single(tensor => tensor.Name == $"{layer.Name}.weight").Values;
            for (int row = 0; row < mask.BlockRows; row++)
            {
                for (int column = 0; column < mask.BlockColumns; column++)
                {
                    if (IsMasked(row, column))
                    {
                        Assert.IsFalse(mask[row, column], $"{layer.Name} ({row}, {column}) is kept");
                        Assert.AreEqual(0f, after[(row * Block.Height * mask.Columns) + (column * Block.Width)], layer.Name);
                    }
                }
            }
        }
    }

    private static bool IsMasked(int row, int column) => ((row * 7) + (column * 3)) % 4 == 0;

    private static int ZeroBlocks() => PrunableLayer.Of(Dense, Block).Sum(layer =>
        Enumerable.Range(0, layer.Blocks.TotalBlocks)
            .Count(block => IsMasked(block / layer.Blocks.BlockColumns, block % layer.Blocks.BlockColumns)));

    private static NetworkWeights Masked()
    {
        var weights = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        foreach (var layer in PrunableLayer.Of(weights, Block))
        {
            float[] values = layer.Weights.Weight;
            for (int i = 0; i < values.Length; i++)
            {
                int row = i / layer.Blocks.Columns / Block.Height, column = i % layer.Blocks.Columns / Block.Width;
                values[i] = IsMasked(row, column) ? (i % 2 == 0 ? 0f : -0f) : values[i];
            }
        }

        return weights;
    }

    private static PruneConstraint Constraint(double keep) =>
        PruneConstraint.Keep(keep, new FlopsCostModel(Cost), Cost.TotalMultiplyAdds, "multiply-adds");

    private static CalibrationSet Calibration() => TinyNetwork.Calibration(Dense.Config, count: 40);
}
