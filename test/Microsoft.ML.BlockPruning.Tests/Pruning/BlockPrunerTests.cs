using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Pruning;

[TestClass]
public sealed class BlockPrunerTests
{
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    public void Prune_IsRepeatableBitForBit()
    {
        var dense = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);

        var first = Prune(dense, keep: 0.6);
        var second = Prune(dense, keep: 0.6);

        AssertSameWeights(first.Weights, second.Weights);
        foreach (var (name, mask) in first.Plan.Masks)
        {
            var other = second.Plan[name]!;
            Assert.IsTrue(Enumerable.Range(0, mask.TotalBlocks).All(block =>
                mask[block / mask.BlockColumns, block % mask.BlockColumns] == other[block / mask.BlockColumns, block % mask.BlockColumns]));
        }
    }

    [TestMethod]
    public void Prune_ReturnsTheDenseWeightsWhenAllIsKept()
    {
        var dense = TinyNetwork.Weights(TinyNetwork.Config(isDistilled: true), seed: 3);

        AssertSameWeights(dense, Prune(dense, keep: 1).Weights);
    }

    [TestMethod]
    public void Prune_KeepsEveryBlockWithoutWorkWhereTheBudgetAllowsIt()
    {
        var dense = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);

        var pruned = Prune(dense, keep: 1, _ => Assert.Fail("no stage may start"));

        CollectionAssert.AreEquivalent(dense.PrunableLayers.Select(layer => layer.Name).ToArray(), pruned.Plan.Masks.Keys.ToArray());
        Assert.IsTrue(pruned.Plan.Masks.Values.All(mask => mask.KeptBlocks == mask.TotalBlocks));
        Assert.AreNotSame(dense, pruned.Weights);
    }

    [TestMethod]
    public void Prune_LeavesTheDenseNetworkAlone()
    {
        var dense = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        var before = dense.Clone();

        Prune(dense, keep: 0.5);

        AssertSameWeights(before, dense);
    }

    [TestMethod]
    [DataRow(4, 4)]
    [DataRow(8, 4)]
    public void Prune_KeepsCloserToTheDenseNetworkThanRandomMasks(int height, int width)
    {
        var config = new ViTConfig(imageSize: 8, patchSize: 2, channels: 1, embedDim: 16, depth: 3, numHeads: 2, mlpDim: 32, numClasses: 6);
        var dense = TinyNetwork.Weights(config, seed: 3, scale: 0.5f);
        var calibration = TinyNetwork.Calibration(config, 300);
        float[] images = TinyNetwork.Images(config, 200, seed: 77);
        foreach (double keep in new[] { 0.5, 0.7 })
        {
            var settings = Settings(config, keep, new BlockShape(height, width));

            double chosen = Divergence(dense, new BlockPruner().Prune(dense, calibration, settings, _ => { }).Weights, images);

            for (int seed = 0; seed < 3; seed++)
            {
                double random = Divergence(
                    dense,
                    new BlockPruner(PruneMethod.By(new RandomCriterion(seed))).Prune(dense, calibration, settings, _ => { }).Weights,
                    images);
                Assert.IsLessThan(random, chosen, $"keep {keep}, seed {seed}: random masks, refitted all the same");
            }
        }
    }

    [TestMethod]
    public void Prune_ReportsEveryStageFromItsBeginningToItsEnd()
    {
        var reports = new List<PruneProgress>();

        Prune(TinyNetwork.Weights(TinyNetwork.Config(), seed: 3), keep: 0.5, reports.Add);

        // Reading, fine-tuning and measuring are not pruning.
        CollectionAssert.AreEqual(
            Enum.GetValues<PruneStage>()[1..^2].ToArray(), reports.Select(report => report.Stage).Distinct().ToArray());
        foreach (var stage in reports.GroupBy(report => report.Stage))
        {
            CollectionAssert.AreEqual(
                Enumerable.Range(0, stage.First().Total + 1).ToArray(), stage.Select(report => report.Done).ToArray(), $"{stage.Key}");
        }
    }

    [TestMethod]
    [DataRow(PruneStage.Calibrating)]
    [DataRow(PruneStage.Scoring)]
    [DataRow(PruneStage.Allocating)]
    [DataRow(PruneStage.Refitting)]
    public void Prune_EndsInTheExceptionOfTheCallbackAndCanStartAgain(PruneStage stage)
    {
        var dense = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        var before = dense.Clone();
        var cancel = new OperationCanceledException("stop");

        var error = Assert.ThrowsExactly<OperationCanceledException>(() => Prune(dense, 0.5, report =>
        {
            if (report.Stage == stage)
            {
                throw cancel;
            }
        }));

        Assert.AreSame(cancel, error);
        AssertSameWeights(before, dense);
        Assert.IsNotNull(Prune(dense, keep: 0.5));
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.NegativeInfinity)]
    public void Prune_NamesTheTensorWithAWeightThatIsNotFinite(float value)
    {
        var dense = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        dense.Layers[1].Fc1.Weight[5] = value;

        var error = Assert.ThrowsExactly<ArithmeticException>(() => Prune(dense, keep: 0.5));

        StringAssert.Contains(error.Message, "blocks.1.mlp.fc1.weight");
    }

    [TestMethod]
    public void Prune_RefusesABudgetBelowTheFixedPartBeforeAnyWork()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() =>
            Prune(TinyNetwork.Weights(TinyNetwork.Config(), seed: 3), keep: 0.01, _ => Assert.Fail("no stage may start")));

        StringAssert.Contains(error.Message, "Keep at least");
    }

    [TestMethod]
    public void Prune_RefusesABlockLargerThanAWeightBeforeAnyWork()
    {
        var dense = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        var settings = Settings(dense.Config, 0.5, new BlockShape(64, 64));

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            new BlockPruner().Prune(dense, TinyNetwork.Calibration(dense.Config, 4), settings, _ => Assert.Fail("no stage may start")));
    }

    [TestMethod]
    public void Prune_KeepsNothingButTheFixedPartIfAskedTo()
    {
        var dense = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        var cost = new NetworkCost(dense.Spec);

        var pruned = Prune(dense, keep: (double)cost.FixedMultiplyAdds / cost.TotalMultiplyAdds);

        Assert.AreEqual(0, pruned.Plan.Masks.Values.Sum(mask => mask.KeptBlocks));
        Assert.IsTrue(
            pruned.Weights.PrunableLayers.All(layer => layer.Weight.All(weight => weight == 0) && layer.Bias.All(float.IsFinite)));
    }

    private static PrunedNetwork Prune(NetworkWeights dense, double keep, Action<PruneProgress>? onProgress = null) =>
        new BlockPruner().Prune(
            dense, TinyNetwork.Calibration(dense.Config, 80), Settings(dense.Config, keep, new BlockShape(2, 3)), onProgress ?? (_ => { }));

    private static PruneSettings Settings(ViTConfig config, double keep, BlockShape block)
    {
        var cost = new NetworkCost(ViT.Of(config));
        return new PruneSettings
        {
            Layers = new LayerRules(block),
            Constraints = [PruneConstraint.Keep(keep, new FlopsCostModel(cost), cost.TotalMultiplyAdds, "multiply-adds")],
            Seed = 1,
        };
    }

    private static void AssertSameWeights(NetworkWeights expected, NetworkWeights actual)
    {
        foreach (var (left, right) in expected.Tensors.Zip(actual.Tensors))
        {
            CollectionAssert.AreEqual(left.Values, right.Values, left.Name);
        }
    }

    // Mean KL(dense ‖ pruned) in nats.
    private static double Divergence(NetworkWeights dense, NetworkWeights pruned, float[] images)
    {
        using var scope = torch.NewDisposeScope();
        using var off = torch.no_grad();
        var config = dense.Config;
        var batch = torch.tensor(images).reshape(-1, config.Channels, config.ImageSize, config.ImageSize);
        using var denseNetwork = new TorchNetwork(dense);
        using var prunedNetwork = new TorchNetwork(pruned);
        var p = denseNetwork.Forward(batch).log_softmax(1);
        return (p.exp() * (p - prunedNetwork.Forward(batch).log_softmax(1))).sum(1).mean().item<float>();
    }

    private sealed class RandomCriterion(int seed) : IBlockCriterion
    {
        private readonly Random _random = new(seed);

        public int Passes => 1;

        public IReadOnlyList<LayerImportances> Rate(CriterionContext context)
        {
            context.Calibrate();
            return [.. context.Layers.Select(Rate)];
        }

        private LayerImportances Rate(PrunableLayer layer)
        {
            var importances = new LayerImportances(layer.Name, layer.Blocks);
            for (int block = 0; block < layer.Blocks.TotalBlocks; block++)
            {
                importances[block / layer.Blocks.BlockColumns, block % layer.Blocks.BlockColumns] =
                    _random.NextDouble() * layer.Blocks.ElementsOf(block / layer.Blocks.BlockColumns, block % layer.Blocks.BlockColumns);
            }

            return importances;
        }
    }
}
