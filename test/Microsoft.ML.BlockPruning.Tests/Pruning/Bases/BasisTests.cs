using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Bases;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Bases;

/// <summary>Changes of basis leave what a network computes as it is, by formulas in float64, whatever its family.</summary>
[TestClass]
public sealed class BasisTests
{
    private const int Images = 40;
    private TensorLeakGuard _guard = null!;

    public static IEnumerable<object[]> Cases =>
        from family in AllFamilies
        from change in new[] { "units", "heads", "stream", "all" }
        select new object[] { family.Key, change };

    private static Dictionary<string, NetworkSpec> AllFamilies { get; } = new Dictionary<string, NetworkSpec>
    {
        ["tiny"] = TinyNetwork.Weights(TinyNetwork.Config(), seed: 1).Spec,
        ["distilled"] = TinyNetwork.Weights(TinyNetwork.Config(isDistilled: true), seed: 1).Spec,
        ["toy"] = ToyFamily.Spec,
        ["merging"] = MergingFamily.Spec,
        ["other norms"] = SpecifiedNetworks.OtherNorms,
        ["no positions"] = SpecifiedNetworks.WithoutPositions,
        ["GELUs"] = SpecifiedNetworks.Gelus,
        ["Swin"] = SmallSwin.Spec,
        ["many heads"] = SpecifiedNetworks.ManyHeads,
        ["windows"] = SpecifiedNetworks.Windowed,
        ["everything"] = ReadoutFamilies.Everything,
    };

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Change_LeavesTheLogits(string family, string change)
    {
        var dense = RandomFamily.Weights(AllFamilies[family]);
        var images = RandomFamily.Calibration(dense.Spec, Images);

        var changed = new ChangedBasis(ChangesOf(change)).Change(dense, images, LayersOf(dense), () => { });

        GC.Collect();
        GC.WaitForPendingFinalizers();
        var (before, after) = (new ReferenceNetwork(dense), new ReferenceNetwork(changed.Weights));
        for (int image = 0; image < 5; image++)
        {
            double[] expected = before.Logits(images.ImageAt(image)), actual = after.Logits(images.ImageAt(image));
            double largest = expected.Max(Math.Abs);
            for (int k = 0; k < expected.Length; k++)
            {
                Assert.AreEqual(expected[k], actual[k], ChangedBasis.Tolerance * largest, $"image {image}, class {k}");
            }
        }

        Assert.AreNotSame(dense, changed.Weights, string.Join(" ", changed.Notes));
    }

    private static IReadOnlyList<IBasisChange> ChangesOf(string change) => change switch
    {
        "units" => [new HiddenUnits()],
        "heads" => [new AttentionHeads()],
        "stream" => [new StreamRotation()],
        _ => [new AttentionHeads(), new StreamRotation(), new HiddenUnits()],
    };

    private static IReadOnlyList<PrunableLayer> LayersOf(NetworkWeights dense) => PrunableLayer.Of(dense, new BlockShape(3, 3));
}
