using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Runs;

/// <summary>The four choices of a user, through the table and through the estimator.</summary>
[TestClass]
public sealed class PruneMethodsTests
{
    private static readonly string[] Labels = ["cat", "dog", "owl"];

    private readonly MLContext _ml = new(seed: 1);

    public static IEnumerable<PruneCriterion> Criteria => Enum.GetValues<PruneCriterion>();

    public static IEnumerable<PruneAllocation> Allocations => Enum.GetValues<PruneAllocation>();

    public static IEnumerable<PruneRefit> Refits => Enum.GetValues<PruneRefit>();

    [TestMethod]
    [DynamicData(nameof(Criteria))]
    public void CriterionOf_IsTheTypeOfThatName(PruneCriterion criterion) =>
        Assert.AreEqual($"{criterion}Criterion", PruneMethods.CriterionOf(criterion, CalibrationLabels.Sampled).GetType().Name);

    [TestMethod]
    public void CriterionOf_TakesTaylorsLossByWhatLabelsThereAre()
    {
        // The squared logits need a pass of their own, the likelihood of given labels does not.
        Assert.AreEqual(2, PruneMethods.CriterionOf(PruneCriterion.Taylor, CalibrationLabels.Sampled).Passes);
        Assert.AreEqual(1, PruneMethods.CriterionOf(PruneCriterion.Taylor, CalibrationLabels.Column).Passes);
    }

    [TestMethod]
    public void Options_BeginWithTheDefaultMethod()
    {
        var options = new BlockPruneEstimator.Options();

        Assert.AreEqual(default, options.Criterion);
        Assert.AreEqual(default, options.Allocation);
        Assert.AreEqual(default, options.Refit);
        Assert.AreEqual(1, options.Shots);
    }

    [TestMethod]
    [DynamicData(nameof(Criteria))]
    public void Fit_ByEveryCriterion_KeepsToTheBudget(PruneCriterion criterion) =>
        AssertFits(options => options.Criterion = criterion);

    [TestMethod]
    [DynamicData(nameof(Allocations))]
    public void Fit_ByEveryAllocation_KeepsToTheBudget(PruneAllocation allocation) =>
        AssertFits(options => options.Allocation = allocation);

    [TestMethod]
    [DynamicData(nameof(Refits))]
    public void Fit_ByEveryRefit_KeepsToTheBudget(PruneRefit refit) => AssertFits(options => options.Refit = refit);

    [TestMethod]
    public void Fit_InSeveralShots_KeepsToTheBudget() => AssertFits(options => options.Shots = 3);

    [TestMethod]
    public void Options_ThatContradictEachOther_AreRefusedAtOnce()
    {
        StringAssert.Contains(
            Refused(options => (options.Allocation, options.Criterion) = (PruneAllocation.InteractionAware, PruneCriterion.Taylor)),
            "brings its own criterion, found Criterion = Taylor");
        StringAssert.Contains(
            Refused(options =>
            {
                options.Allocation = PruneAllocation.InteractionAware;
                options.Budget = PruneBudget.All(PruneBudget.Flops(0.5), PruneBudget.All(PruneBudget.Bytes(0.5)));
            }),
            "takes one budget, found 2");
        foreach (var allocation in new[] { PruneAllocation.InteractionAware, PruneAllocation.Uniform })
        {
            StringAssert.Contains(
                Refused(options =>
                {
                    options.Allocation = allocation;
                    options.Budget = PruneBudget.Latency(0.5);
                }),
                $"Allocation = {allocation} cannot meet a budget of latency");
        }
    }

    [TestMethod]
    public void Options_OutOfRange_AreRefusedAtOnce()
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        foreach (var change in new Action<BlockPruneEstimator.Options>[]
        {
            options => options.Shots = 0,
            options => options.Criterion = (PruneCriterion)99,
            options => options.Allocation = (PruneAllocation)99,
            options => options.Refit = (PruneRefit)99,
        })
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Estimator(checkpoint, change));
        }
    }

    [TestMethod]
    public void Fit_WithBudgetsThatContradictEachOtherLate_ThrowsAsMlNetDoes()
    {
        // Whatever is removed, the layer takes ten times as long; so half of the blocks cannot go within the dense time.
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        var options = Options(checkpoint, options =>
        {
            options.Budget = PruneBudget.All(PruneBudget.Latency(1), PruneBudget.Flops(0.7));
            options.LayerFloor = 0.1;
        });
        var estimator = new BlockPruneEstimator(_ml, options)
        {
            MeasureLatency = (_, _, grids, request, _) =>
            {
                var table = new LatencyTable(
                    1, grids.Layers.ToDictionary(layer => layer.Name, _ => new LatencyCurve([10, 10], dense: 1), StringComparer.Ordinal));
                return new LatencyConstraint(table, request.Keep * table.DenseMilliseconds);
            },
        };

        var error = Assert.ThrowsExactly<ArgumentException>(() => estimator.Fit(Data()));

        StringAssert.Contains(error.Message, "cannot be met together");
        Assert.IsTrue(error.Data.Contains("ML_IsMarked"), "ML.NET does not know the exception as its own");
    }

    private void AssertFits(Action<BlockPruneEstimator.Options> change)
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));

        using var transformer = Estimator(checkpoint, change).Fit(Data());

        long largestBlock = 5 * 8 * 8; // tokens x weights
        long budget = transformer.DenseMultiplyAdds * 7 / 10;
        Assert.IsLessThanOrEqualTo(budget, transformer.MultiplyAdds);
        Assert.IsGreaterThan(budget - largestBlock, transformer.MultiplyAdds);
    }

    private string Refused(Action<BlockPruneEstimator.Options> change)
    {
        using var checkpoint = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));
        return Assert.ThrowsExactly<ArgumentException>(() => Estimator(checkpoint, change)).Message;
    }

    private BlockPruneEstimator Estimator(TestCheckpoint checkpoint, Action<BlockPruneEstimator.Options> change) =>
        _ml.Transforms.PruneBlocks(Options(checkpoint, change));

    private static BlockPruneEstimator.Options Options(TestCheckpoint checkpoint, Action<BlockPruneEstimator.Options> change)
    {
        var options = new BlockPruneEstimator.Options
        {
            ModelPath = checkpoint.ModelPath,
            Block = new BlockShape(8, 8),
            Budget = PruneBudget.Flops(0.7),
        };
        change(options);
        return options;
    }

    private IDataView Data()
    {
        var rows = _ml.Data.LoadFromEnumerable(TestImages.PixelsRows(9, Labels));
        return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
    }
}
