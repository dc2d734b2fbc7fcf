using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning;

/// <summary>Several shots: each on what the one before it left, all of them towards the dense network.</summary>
[TestClass]
public sealed class ShotsTests
{
    private const double Keep = 0.5;
    private static readonly NetworkWeights Dense = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
    private static readonly NetworkCost Cost = new(Dense.Spec);

    private TensorLeakGuard _guard = null!;

    // Hutchinson's probes are 64 passes a shot, and what it rates is nothing special here.
    public static IEnumerable<PruneCriterion> Criteria => Enum.GetValues<PruneCriterion>().Except([PruneCriterion.Hutchinson]);

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    public void Schedule_KeepsTheSameShareInEveryShotAndEndsInTheBudgetItself()
    {
        var settings = Settings(Constraint(0.125));
        var schedule = new ShotSchedule(settings, shots: 3);

        Assert.AreEqual(0.5 * Cost.TotalMultiplyAdds, schedule[1].Constraints[0].Limit, 1e-6);
        Assert.AreEqual(0.25 * Cost.TotalMultiplyAdds, schedule[2].Constraints[0].Limit, 1e-6);
        Assert.AreSame(settings, schedule[3]);
    }

    // The steps of one shot put together by hand, as one-shot pruning has always been.
    [TestMethod]
    public void Prune_InOneShot_IsRateThenAllocateThenRefit()
    {
        var settings = Settings(Constraint(Keep));

        var pruned = Prune(settings, shots: 1);

        var (weights, plan) = OneShot(Dense, settings, within: null);
        AssertSame(weights, plan, pruned);
    }

    [TestMethod]
    public void Prune_InTwoShots_RatesTheRefittedNetworkAndRefitsTowardsTheDenseOne()
    {
        var (weights, plan) = OneShot(Dense, Settings(Constraint(Math.Sqrt(Keep))), within: null);
        var expected = OneShot(weights, Settings(Constraint(Keep)), within: plan);

        AssertSame(expected.Weights, expected.Plan, Prune(Settings(Constraint(Keep)), shots: 2));
    }

    [TestMethod]
    [DynamicData(nameof(Criteria))]
    public void Prune_MeetsTheBudgetToOneBlockAfterTheLastShot(PruneCriterion criterion)
    {
        var pruned = Prune(Settings(Constraint(Keep)), shots: 3, PruneMethods.CriterionOf(criterion, CalibrationLabels.Sampled));

        double kept = Cost.MultiplyAdds(linear => pruned.Plan[linear.Name]!.KeptElements);
        double largestBlock = Dense.Config.Tokens * 2 * 3;
        Assert.IsLessThanOrEqualTo(Keep * Cost.TotalMultiplyAdds, kept);
        Assert.IsGreaterThan((Keep * Cost.TotalMultiplyAdds) - largestBlock, kept);
    }

    [TestMethod]
    public void Prune_NeverBringsABlockBack()
    {
        // Each shot rates the other way round, so all that has gone would be the most important.
        var first = Prune(Settings(Constraint(Math.Sqrt(Keep))), shots: 1, new FickleCriterion());

        var second = Prune(Settings(Constraint(Keep)), shots: 2, new FickleCriterion());

        foreach (var (name, mask) in second.Plan.Masks)
        {
            var before = first.Plan[name]!;
            Assert.IsFalse(
                Enumerable.Range(0, mask.TotalBlocks).Any(block => IsKept(mask, block) && !IsKept(before, block)), name);
        }

        Assert.IsLessThan(
            first.Plan.Masks.Values.Sum(mask => mask.KeptBlocks), second.Plan.Masks.Values.Sum(mask => mask.KeptBlocks));
    }

    [TestMethod]
    public void Prune_InShots_MeetsALatency()
    {
        var grids = new LayerRules(new BlockShape(2, 3)).GridsOf(PrunableLayer.Of(Dense, new BlockShape(2, 3)));
        var table = new LatencyTable(
            1, grids.Layers.ToDictionary(layer => layer.Name, _ => new LatencyCurve([0.5, 1, 2.5], dense: 2), StringComparer.Ordinal));
        var settings = Settings() with { Latency = new LatencyConstraint(table, 0.6 * table.DenseMilliseconds) };

        var pruned = Prune(settings, shots: 3);

        double time = table.FixedMilliseconds + grids.Layers.Sum(layer =>
            table.Layers[layer.Name].At(pruned.Plan[layer.Name]?.KeptBlocks ?? layer.Blocks.TotalBlocks, layer.Blocks.TotalBlocks));
        Assert.IsLessThanOrEqualTo(settings.Latency!.Limit, time);
        Assert.IsGreaterThan(settings.Latency.Limit - 0.5, time); // a block of the smallest layer takes a quarter
    }

    [TestMethod]
    public void LatencyOfALayerThatLostBlocks_IsDenseNoMore()
    {
        var whole = new BlockMask(4, 4, new BlockShape(2, 2));
        var pruned = whole.Clone();
        pruned[0, 0] = false;
        var latency = new LatencyConstraint(
            new LatencyTable(0, new Dictionary<string, LatencyCurve> { ["a"] = new([2, 3], dense: 1) }), Limit: 1.5);
        var rules = new LayerRules(new BlockShape(2, 2));

        Assert.IsNull(latency.Unmet(new LayerGrids([("a", whole)]), rules));
        Assert.IsNotNull(latency.Unmet(new LayerGrids([("a", pruned)]), rules));
    }

    private static (NetworkWeights Weights, SparsityPlan Plan) OneShot(NetworkWeights network, PruneSettings settings, SparsityPlan? within)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var layers = PrunableLayer.Of(network, new BlockShape(2, 3));
        var context = new CriterionContext(network, Calibration(), layers, settings.Seed, () => { }, () => { });
        var importances = new ObsPathCriterion().Rate(context)
            .Select(layer => within is null ? layer : layer.Within(within[layer.LayerName]!)).ToList();
        var plan = new SparsityAllocator(settings.Constraints, settings.Layers).Allocate(importances, UnitCoupling.Of(network.Spec));
        var denseLayers = PrunableLayer.Of(Dense, new BlockShape(2, 3));
        var refit = new RefitTask(Dense, Calibration(), denseLayers, context.TokenWeights, plan, settings.Seed);
        return (PruneMethod.ReconstructionRefit(refit).Run(() => { }), plan);
    }

    private static PrunedNetwork Prune(PruneSettings settings, int shots, IBlockCriterion? criterion = null) =>
        new BlockPruner(PruneMethod.By(criterion ?? new ObsPathCriterion()) with { Shots = shots })
            .Prune(Dense, Calibration(), settings, _ => { });

    private static CalibrationSet Calibration() => TinyNetwork.Calibration(Dense.Config, 16);

    private static PruneConstraint Constraint(double keep) =>
        PruneConstraint.Keep(keep, new FlopsCostModel(Cost), Cost.TotalMultiplyAdds, "multiply-adds");

    private static PruneSettings Settings(params PruneConstraint[] constraints) => new()
    {
        Layers = new LayerRules(new BlockShape(2, 3)),
        Constraints = constraints,
        Seed = 1,
    };

    private static bool IsKept(BlockMask mask, int block) => mask[block / mask.BlockColumns, block % mask.BlockColumns];

    private static void AssertSame(NetworkWeights weights, SparsityPlan plan, PrunedNetwork actual)
    {
        Assert.AreEqual(plan.ToJson(), actual.Plan.ToJson());
        foreach (var (left, right) in weights.Tensors.Zip(actual.Weights.Tensors))
        {
            CollectionAssert.AreEqual(left.Values, right.Values, left.Name);
        }
    }

    // Rates by position, the other way round each time it is asked.
    private sealed class FickleCriterion : IBlockCriterion
    {
        private bool _isReversed;

        public int Passes => 1;

        public IReadOnlyList<LayerImportances> Rate(CriterionContext context)
        {
            context.Calibrate();
            _isReversed = !_isReversed;
            return [.. context.Layers.Select(Rate)];
        }

        private LayerImportances Rate(PrunableLayer layer)
        {
            var importances = new LayerImportances(layer.Name, layer.Blocks);
            for (int block = 0; block < layer.Blocks.TotalBlocks; block++)
            {
                importances[block / layer.Blocks.BlockColumns, block % layer.Blocks.BlockColumns] =
                    1 + (_isReversed ? layer.Blocks.TotalBlocks - block : block);
            }

            return importances;
        }
    }
}
