using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning;

/// <summary>Networks that read their tokens in other ways than a ViT: pruned, refitted, saved, loaded and scored.</summary>
[TestClass]
public sealed class AnyReadoutTests
{
    private const int Images = 40;
    private static readonly BlockShape Block = new(3, 3);
    private TensorLeakGuard _guard = null!;

    public static IEnumerable<string> Readouts => ReadoutFamilies.All.Keys;

    public static IEnumerable<PruneCriterion> Criteria => Enum.GetValues<PruneCriterion>();

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DynamicData(nameof(Readouts))]
    public void Prune_ThenSaveAndLoad_ScoresWhatTheFormulasGive(string name)
    {
        var dense = RandomNetworks.Random(ReadoutFamilies.All[name], seed: 3);
        var images = Calibration(dense.Spec);

        var pruned = Prune(dense, images, 0.6, new PruneMethod());
        float[] logits = Score(Loaded(pruned), images);

        var oracle = new ReferenceNetwork(pruned.Weights);
        double[] expected = [.. Enumerable.Range(0, Images).SelectMany(image => oracle.Logits(images.ImageAt(image)))];
        using var scope = NewDisposeScope();
        using var network = new TorchNetwork(pruned.Weights);
        float[] torch = TorchDevice.Read<float>(network.Forward(tensor(images.ImagesAt(0, Images).ToArray())
            .reshape(Images, dense.Spec.Channels, dense.Spec.ImageSize, dense.Spec.ImageSize)));
        double bound = 1e-4 * expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], logits[i], bound, $"scored, logit {i}");
            Assert.AreEqual(expected[i], torch[i], bound, $"libtorch, logit {i}");
        }

        Assert.IsLessThan(pruned.Plan.Masks.Values.Sum(mask => mask.TotalBlocks), pruned.Plan.Masks.Values.Sum(mask => mask.KeptBlocks));
    }

    [TestMethod]
    [DynamicData(nameof(Readouts))]
    public void Prune_OfNothing_ScoresTheDenseNetworksBits(string name)
    {
        var dense = RandomNetworks.Random(ReadoutFamilies.All[name], seed: 3);
        var images = Calibration(dense.Spec);

        float[] logits = Score(Loaded(Prune(dense, images, 1, new PruneMethod())), images);

        CollectionAssert.AreEqual(Score(RandomNetworks.Sparse(dense, new SparsityPlan()), images), logits);
    }

    [TestMethod]
    [DynamicData(nameof(Criteria))]
    public void Prune_ByEveryCriterion_MeetsItsBudget(PruneCriterion criterion)
    {
        var dense = RandomNetworks.Random(ReadoutFamilies.Everything, seed: 3);
        var cost = new NetworkCost(dense.Spec);
        var selection = PruneMethods.SelectionOf(
            PruneAllocation.Global, PruneMethods.CriterionOf(criterion, CalibrationLabels.Sampled));

        var pruned = Prune(dense, Calibration(dense.Spec), 0.6, new PruneMethod { Selection = selection });

        // What a criterion leaves may be dead units, so that less is kept than would fit.
        double kept = cost.MultiplyAdds(linear => pruned.Plan[linear.Name]!.KeptElements);
        Assert.IsLessThanOrEqualTo(0.6 * cost.TotalMultiplyAdds, kept);
        Assert.IsTrue(pruned.Weights.Tensors.All(tensor => Array.TrueForAll(tensor.Values, float.IsFinite)));
    }

    [TestMethod]
    [DataRow(FineTunePrecision.Full)]
    [DataRow(FineTunePrecision.Mixed)]
    public void FineTuner_MovesEveryTensor(FineTunePrecision precision)
    {
        var dense = RandomNetworks.Random(ReadoutFamilies.Everything, seed: 3);
        var options = new FineTuneOptions
        {
            Epochs = 1,
            BatchSize = 20,
            AverageDecay = 0,
            LearningRate = 0.01,
            WarmupFraction = 0,
            Precision = precision,
        };

        var tuned = new FineTuner(options).Run(dense, dense, new SparsityPlan(), Calibration(dense.Spec), validation: null, _ => { });

        foreach (var (before, after) in dense.Tensors.Zip(tuned.Tensors))
        {
            CollectionAssert.AreNotEqual(before.Values, after.Values, before.Name);
        }
    }

    private static PrunedNetwork Prune(NetworkWeights dense, CalibrationSet images, double keep, PruneMethod method)
    {
        var cost = new NetworkCost(dense.Spec);
        var settings = new PruneSettings
        {
            Layers = new LayerRules(Block),
            Constraints = [PruneConstraint.Keep(keep, new FlopsCostModel(cost), cost.TotalMultiplyAdds, "multiply-adds")],
            Seed = 1,
        };
        return new BlockPruner(method).Prune(dense, images, settings, _ => { });
    }

    private static SparseViT Loaded(PrunedNetwork pruned)
    {
        using var stream = new MemoryStream();
        RandomNetworks.Sparse(pruned.Weights, pruned.Plan).Save(stream);
        return SparseViTReader.Read(new MemoryStream(stream.ToArray()));
    }

    private static float[] Score(SparseViT network, CalibrationSet images)
    {
        using var session = new SparseViTSession(network, threads: 2);
        return RandomNetworks.Score(session, images.ImagesAt(0, images.Count).ToArray());
    }

    private static CalibrationSet Calibration(NetworkSpec spec) => new(spec, RandomNetworks.Images(spec, Images, seed: 5), Images);
}
