using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Allocation;

/// <summary>The interaction-aware choice through the whole pruner.</summary>
[TestClass]
public sealed class InteractionSelectionTests
{
    private const int Images = 24;
    private static readonly NetworkWeights Network = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
    private static readonly int[] Labels = [.. Enumerable.Range(0, Images).Select(n => n % 3)];
    private static readonly NetworkCost Cost = new(Network.Spec);

    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    // The gate gradients of the oracle, by automatic differentiation in float64, summed over the blocks that are gone.
    [TestMethod]
    public void Prune_HandsOnWhatIsPredictedOfItsChoice()
    {
        var pruned = Prune(Settings(new LayerRules(new BlockShape(2, 3))), shots: 1);

        double[] sums = SumsOfRemoved(pruned.Plan);
        double Divergence(bool isHeldOut) =>
            sums.Where((_, n) => n % 4 == 3 == isHeldOut).Average(sum => sum * sum) / 2;
        Assert.IsNotNull(pruned.Trace!.Selection.Prediction);
        Assert.AreEqual(Divergence(false), pruned.Trace!.Selection.Prediction.Fit, 1e-4 * Divergence(false));
        Assert.AreEqual(Divergence(true), pruned.Trace!.Selection.Prediction.HeldOut, 1e-4 * Divergence(true));
    }

    [TestMethod]
    public void Prune_HoldsTheRulesOfSingleLayers()
    {
        var rules = new LayerRules(
            new BlockShape(2, 3), floors: new Dictionary<string, double> { ["blocks.0.mlp.fc1"] = 1 }, dense: ["blocks.1.attn.proj"]);

        var pruned = Prune(Settings(rules), shots: 1);

        Assert.IsNull(pruned.Plan["blocks.1.attn.proj"]);
        Assert.AreEqual(pruned.Plan["blocks.0.mlp.fc1"]!.TotalBlocks, pruned.Plan["blocks.0.mlp.fc1"]!.KeptBlocks);
        AssertMeetsTheBudget(pruned, dense: Network.PrunableLayers.Single(layer => layer.Name == "blocks.1.attn.proj").Weight.Length);
    }

    [TestMethod]
    public void Prune_InShots_BringsNoBlockBackAndMeetsTheBudget()
    {
        var settings = Settings(new LayerRules(new BlockShape(2, 3)));
        var first = Prune(new ShotSchedule(settings, 2)[1], shots: 1);

        var second = Prune(settings, shots: 2);

        AssertMeetsTheBudget(second, dense: 0);
        foreach (var (name, mask) in second.Plan.Masks)
        {
            var before = first.Plan[name]!;
            Assert.IsFalse(Enumerable.Range(0, mask.TotalBlocks).Any(block => IsKept(mask, block) && !IsKept(before, block)), name);
        }
    }

    [TestMethod]
    public void Prune_RefusesBudgetsThatItCannotMeetBeforeAnyWork()
    {
        var settings = Settings(new LayerRules(new BlockShape(2, 3)));
        var two = settings with { Constraints = [settings.Constraints[0], settings.Constraints[0]] };
        var latency = settings with { Latency = new LatencyConstraint(new LatencyTable(1, new Dictionary<string, LatencyCurve>()), 2) };

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Prune(two, shots: 1)).Message, "found 2");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Prune(latency, shots: 1)).Message, "one of latency");
    }

    // Per image: Σ over removed blocks of ⟨G_n, W⟩ within the block.
    private static double[] SumsOfRemoved(SparsityPlan plan)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var records = AutogradOracle.Run(
            Network, TinyNetwork.Images(Network.Config, Images, seed: 5), (n, logits) => logits.log_softmax(1)[0, Labels[n]].neg());
        double[] sums = new double[Images];
        foreach (var (layer, record) in Network.PrunableLayers.Zip(records))
        {
            var mask = plan[layer.Name]!;
            for (int i = 0; i < layer.Weight.Length; i++)
            {
                var (row, column) = (i / layer.InFeatures, i % layer.InFeatures);
                for (int n = 0; !mask[row / mask.Shape.Height, column / mask.Shape.Width] && n < Images; n++)
                {
                    sums[n] += record.WeightGradients[n][row, column] * record.Weight[row, column];
                }
            }
        }

        return sums;
    }

    private static void AssertMeetsTheBudget(PrunedNetwork pruned, long dense)
    {
        double kept = Cost.FixedMultiplyAdds + (Network.Spec.Tokens * (pruned.Plan.KeptElements + dense)); // all layers have these tokens
        double largestBlock = Network.Config.Tokens * 2 * 3;
        Assert.IsLessThanOrEqualTo(0.6 * Cost.TotalMultiplyAdds, kept);
        Assert.IsGreaterThan((0.6 * Cost.TotalMultiplyAdds) - largestBlock, kept);
    }

    private static bool IsKept(BlockMask mask, int block) => mask[block / mask.BlockColumns, block % mask.BlockColumns];

    private static PrunedNetwork Prune(PruneSettings settings, int shots) =>
        new BlockPruner(new PruneMethod { Selection = new InteractionSelection(), Shots = shots })
            .Prune(Network, TinyNetwork.Calibration(Network.Config, Images, labels: Labels), settings, _ => { });

    private static PruneSettings Settings(LayerRules rules)
    {
        var grids = rules.GridsOf(rules.LayersOf(Network));
        return new PruneSettings
        {
            Layers = rules,
            Constraints =
            [
                PruneConstraint.Keep(
                    0.6, new FlopsCostModel(Cost, grids), Cost.TotalMultiplyAdds, "multiply-adds"),
            ],
            Seed = 1,
        };
    }
}
