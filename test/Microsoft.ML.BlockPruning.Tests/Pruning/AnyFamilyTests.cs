using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Curves;
using Microsoft.ML.BlockPruning.Pruning.GateGradients;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning;

/// <summary>Families that the library does not know, from libtorch's module through calibration and pruning to fine-tuning.</summary>
[TestClass]
public sealed class AnyFamilyTests
{
    private const double Keep = 0.6;
    private const int Images = 40;
    private TensorLeakGuard _guard = null!;

    public static IEnumerable<object[]> Families =>
    [
        [ToyFamily.Spec], [MergingFamily.Spec], [SpecifiedNetworks.OtherNorms], [SpecifiedNetworks.WithoutPositions],
        [SpecifiedNetworks.Gelus], [SmallSwin.Spec],
    ];

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DynamicData(nameof(Families))]
    public void TorchNetwork_ComputesTheLogitsOfTheFormulas(object family)
    {
        var spec = (NetworkSpec)family;
        var weights = RandomFamily.Weights(spec);
        var images = RandomFamily.Calibration(spec, 5);
        using var scope = NewDisposeScope();
        using var network = new TorchNetwork(weights);

        float[] actual = TorchDevice.Read<float>(network.Forward(images.ImagesOf(0)));

        for (int image = 0; image < images.Count; image++)
        {
            double[] expected = new ReferenceNetwork(weights).Logits(images.ImageAt(image));
            for (int k = 0; k < expected.Length; k++)
            {
                // float32: sums of at most 24 terms, some ten of them in a row, each within 24 · 2⁻²⁴ of its largest term.
                Assert.AreEqual(expected[k], actual[(image * expected.Length) + k], 10 * 24 * 24 * Math.Pow(2, -24), $"image {image}");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Families))]
    public void ToWeights_GivesBackEveryTensor(object family)
    {
        var weights = RandomFamily.Weights((NetworkSpec)family);
        using var scope = NewDisposeScope();
        using var network = new TorchNetwork(weights);

        var copy = network.ToWeights();

        CollectionAssert.AreEqual(
            weights.Tensors.Select(tensor => tensor.Name).Order().ToArray(),
            network.Module.named_parameters().Select(entry => entry.name).Order().ToArray());
        foreach (var (expected, actual) in weights.Tensors.Zip(copy.Tensors))
        {
            CollectionAssert.AreEqual(expected.Values, actual.Values, expected.Name);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Families))]
    public void Prune_ByTheDefault_MeetsItsBudget(object family) => AssertPrunes((NetworkSpec)family, new PruneMethod());

    [TestMethod]
    [DynamicData(nameof(Families))]
    public void Prune_ByGateGradients_MeetsItsBudget(object family) =>
        AssertPrunes((NetworkSpec)family, PruneMethod.By(new MfacCriterion()));

    [TestMethod]
    [DynamicData(nameof(Families))]
    public void Prune_ByMeasuredCurvesInTwoShots_MeetsItsBudget(object family) => AssertPrunes(
        (NetworkSpec)family,
        new PruneMethod { Selection = new ImportanceSelection(new LpvitPaperCriterion(), new MeasuredCurves(images: 20)), Shots = 2 });

    [TestMethod]
    [DataRow(FineTunePrecision.Full)]
    [DataRow(FineTunePrecision.Mixed)]
    public void FineTuner_MovesEveryTensorAndHoldsRemovedBlocks(FineTunePrecision precision)
    {
        var dense = RandomFamily.Weights(ToyFamily.Spec);
        var plan = new SparsityPlan();
        var mask = new BlockMask(20, 12, new BlockShape(4, 4));
        mask[1, 2] = false;
        plan.Add("thinking.up", mask);
        var options = new FineTuneOptions
        {
            Epochs = 1,
            BatchSize = 20,
            AverageDecay = 0,
            LearningRate = 0.01,
            WarmupFraction = 0,
            Precision = precision,
        };

        var tuned = new FineTuner(options).Run(
            dense, dense, plan, RandomFamily.Calibration(dense.Spec, Images), validation: null, _ => { });

        foreach (var (before, after) in dense.Tensors.Zip(tuned.Tensors))
        {
            CollectionAssert.AreNotEqual(before.Values, after.Values, before.Name);
        }

        Assert.AreEqual(0f, tuned.Tensors.Single(tensor => tensor.Name == "thinking.up.weight").Values[(5 * 12) + 9]);
    }

    [TestMethod]
    [DataRow(FineTunePrecision.Full)]
    [DataRow(FineTunePrecision.Mixed)]
    public void FineTuner_MovesTheBiasOfWindowsToo(FineTunePrecision precision)
    {
        var dense = RandomFamily.Weights(SmallSwin.Spec);
        var options = new FineTuneOptions { Epochs = 1, BatchSize = 20, AverageDecay = 0, LearningRate = 0.01, Precision = precision };

        var tuned = new FineTuner(options).Run(
            dense, dense, new SparsityPlan(), RandomFamily.Calibration(dense.Spec, Images), validation: null, _ => { });

        foreach (var (before, after) in dense.Tensors.Zip(tuned.Tensors))
        {
            CollectionAssert.AreNotEqual(before.Values, after.Values, before.Name);
        }
    }

    private static void AssertPrunes(NetworkSpec spec, PruneMethod method)
    {
        var dense = RandomFamily.Weights(spec);
        var cost = new NetworkCost(spec);
        var settings = new PruneSettings
        {
            Layers = new LayerRules(new BlockShape(3, 3)),
            Constraints = [PruneConstraint.Keep(Keep, new FlopsCostModel(cost), cost.TotalMultiplyAdds, "multiply-adds")],
            Seed = 1,
        };
        int reported = 0, announced = 0;

        var pruned = new BlockPruner(method).Prune(dense, RandomFamily.Calibration(spec, Images), settings, progress =>
        {
            reported += progress.Done > 0 ? 1 : 0; // none is done where a stage begins
            announced += progress.Done == progress.Total ? progress.Total : 0;
        });

        Assert.AreEqual(announced, reported, "every stage reports all its steps");
        double kept = cost.FixedMultiplyAdds, most = 9 * spec.Tokens;
        foreach (var linear in spec.PrunableLinears)
        {
            var mask = pruned.Plan[linear.Name]!;
            kept += (double)linear.Tokens * mask.KeptElements;
            float[] weight = pruned.Weights.Tensors.Single(tensor => tensor.Name == $"{linear.Name}.weight").Values;
            CollectionAssert.AreEqual(BlockSparseMatrix.FromDense(weight, mask).ToDense(), weight, linear.Name);
        }

        Assert.IsLessThanOrEqualTo(Keep * cost.TotalMultiplyAdds, kept);
        Assert.IsGreaterThan((Keep * cost.TotalMultiplyAdds) - most, kept);
    }
}
