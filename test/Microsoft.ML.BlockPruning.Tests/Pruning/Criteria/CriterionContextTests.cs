using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.GateGradients;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Criteria;

[TestClass]
public sealed class CriterionContextTests
{
    private static readonly NetworkWeights Network = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);

    private static readonly IBlockCriterion[] Criteria =
    [
        new ObsPathCriterion(), new MagnitudeCriterion(), new ActivationMagnitudeCriterion(), new TaylorCriterion(),
        new TaylorCriterion(new SquaredLogitLoss()), new DiagonalFisherCriterion(), new BlockFisherCriterion(),
        new BlockFisherCriterion(new ProjectionLoss()), new ReconstructionCriterion(), new KfacObsCriterion(),
        new HutchinsonCriterion(probes: 2), new MfacCriterion(), new LpvitPaperCriterion(),
    ];

    private TensorLeakGuard _guard = null!;

    public static IEnumerable<int> Indices => Enumerable.Range(0, Criteria.Length);

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DynamicData(nameof(Indices))]
    public void Criterion_ReportsThePassesAndStripsThatItAnnounces(int criterion)
    {
        var reports = new List<PruneProgress>();
        var cost = new NetworkCost(Network.Spec);
        var settings = new PruneSettings
        {
            Layers = new LayerRules(new BlockShape(2, 3), floor: 0.2),
            Constraints = [PruneConstraint.Keep(0.6, new FlopsCostModel(cost), cost.TotalMultiplyAdds, "multiply-adds")],
            Seed = 1,
        };

        var pruned = new BlockPruner(PruneMethod.By(Criteria[criterion]))
            .Prune(Network, TinyNetwork.Calibration(Network.Config, 80), settings, reports.Add);

        Assert.IsTrue(pruned.Plan.Masks.Values.All(mask => mask.KeptBlocks > 0));
        Assert.IsTrue(pruned.Plan.Masks.Values.Sum(mask => mask.KeptBlocks) < pruned.Plan.Masks.Values.Sum(mask => mask.TotalBlocks));
        CollectionAssert.AreEqual(
            new[] { PruneStage.Calibrating, PruneStage.Scoring, PruneStage.Allocating, PruneStage.Refitting },
            reports.Select(report => report.Stage).Distinct().ToArray());
        foreach (var stage in reports.GroupBy(report => report.Stage))
        {
            CollectionAssert.AreEqual(
                Enumerable.Range(0, stage.First().Total + 1).ToArray(), stage.Select(report => report.Done).ToArray(), $"{stage.Key}");
        }
    }

    [TestMethod]
    public void TokenWeights_AreTheLikelihoodsWhateverLossTheCriterionTakes()
    {
        var likelihood = Context();
        var squared = Context();

        likelihood.Calibrate();
        new TaylorCriterion(new SquaredLogitLoss()).Rate(squared);

        foreach (var (expected, actual) in likelihood.TokenWeights.Zip(squared.TokenWeights))
        {
            CollectionAssert.AreEqual(expected.SelectMany(w => w).ToArray(), actual.SelectMany(w => w).ToArray());
        }
    }

    [TestMethod]
    public void TokenWeights_SayThatNoPassHasRun()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Context().TokenWeights);

        StringAssert.Contains(error.Message, "Calibrate");
    }

    private static CriterionContext Context() => new(
        Network, TinyNetwork.Calibration(Network.Config, 10), PrunableLayer.Of(Network, new BlockShape(2, 3)), seed: 1,
        () => { }, () => { });
}
