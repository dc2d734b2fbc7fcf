using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Tests.Networks;

/// <summary>Swin v1's specification against what torchvision publishes and its paper says.</summary>
[TestClass]
public sealed class SwinTests
{
    private static readonly int[] Small = [2, 2, 18, 2];

    public static IEnumerable<object[]> Published =>
    [
        [96, new[] { 2, 2, 6, 2 }, 28_288_354, 4.491],
        [96, Small, 49_606_258, 8.741],
        [128, Small, 87_768_224, 15.431],
    ];

    /// <summary>The parameters and GFLOPS of torchvision's swin_t, swin_s and swin_b.</summary>
    [TestMethod]
    [DynamicData(nameof(Published))]
    public void Totals_AreThoseOfTorchvision(int width, int[] depths, int parameters, double gigaMultiplyAdds)
    {
        var spec = Swin.Of(SizesOf(width, depths));
        var cost = new NetworkCost(spec);

        int biasesOfMerges = (2 + 4 + 8) * width; // zeros here, none there
        Assert.AreEqual(parameters, cost.TotalParameters - biasesOfMerges);
        Assert.AreEqual(cost.TotalParameters, new NetworkWeights(spec).Tensors.Sum(tensor => tensor.Values.LongLength));
        Assert.AreEqual(gigaMultiplyAdds, cost.TotalMultiplyAdds / 1e9, 0.005 * gigaMultiplyAdds);
    }

    /// <summary>Eq. 2 of the paper: 2 M² hw C of a block, here of all.</summary>
    [TestMethod]
    public void AttentionMultiplyAdds_AreThoseOfThePaper()
    {
        var cost = new NetworkCost(Swin.Of(SizesOf(96, [2, 2, 6, 2])));

        double expected = 0;
        foreach (var (depth, side, width) in new[] { (2, 56, 96), (2, 28, 192), (6, 14, 384), (2, 7, 768) })
        {
            expected += depth * 2.0 * 49 * side * side * width;
        }

        Assert.AreEqual(expected, cost.AttentionMultiplyAdds);
    }

    [TestMethod]
    public void Shift_IsHalfAWindowInOddBlocks_AndNoneWhereOneCoversTheMap()
    {
        var spec = Swin.Of(SizesOf(32, [3, 2, 2, 2]));

        var windows = spec.Steps.OfType<BranchSpec>().Select(step => step.Middle).OfType<WindowAttentionSpec>();
        Assert.AreEqual("0 3 0, 0 3, 0 3, 0 0", string.Join(", ", windows.GroupBy(one => one.HeadDim * one.Heads)
            .Select(stage => string.Join(' ', stage.Select(one => one.Shift)))));
    }

    [TestMethod]
    [DataRow(0, 0, "has windows of 0x0 tokens, expected sides of 1 to 32")]
    [DataRow(33, 0, "has windows of 33x33 tokens")]
    [DataRow(4, 4, "shifts windows of 4x4 by 4 on a grid of 8x8")]
    [DataRow(4, -1, "shifts windows of 4x4 by -1")]
    [DataRow(8, 4, "nothing where one covers the grid")]
    public void Windows_ThatCannotBe_AreRefused(int window, int shift, string says)
    {
        var spec = SmallSwin.Spec;
        var first = (BranchSpec)spec.Steps[0];
        var middle = (WindowAttentionSpec)first.Middle with { Window = window, Shift = shift };
        StepSpec[] steps = [first with { Middle = middle }, .. spec.Steps.Skip(1)];

        Assert.Contains(says, Refusal(() => With(spec, spec.Stem, steps)));
    }

    [TestMethod]
    public void Windows_WithoutANameOfTheirOwn_OrAGrid_AreRefused()
    {
        var spec = SmallSwin.Spec;
        var first = (BranchSpec)spec.Steps[0];
        var named = (WindowAttentionSpec)first.Middle;
        StepSpec[] nameless = [first with { Middle = named with { Bias = "" } }, .. spec.Steps.Skip(1)];
        StepSpec[] twice = [first with { Middle = named with { Bias = "norm" } }, .. spec.Steps.Skip(1)];
        StepSpec[] more = [first with { First = first.First with { Tokens = 65 }, Second = first.Second with { Tokens = 65 } }];

        Assert.Contains("has windows without the name of their bias", Refusal(() => With(spec, spec.Stem, nameless)));
        Assert.Contains("'norm' is the name of two parts", Refusal(() => With(spec, spec.Stem, twice)));
        Assert.Contains(
            "cuts 65 tokens into windows, which are no square grid",
            Refusal(() => With(spec, spec.Stem with { PrefixTokens = ["class"] }, more)));
    }

    private static SwinSizes SizesOf(int width, int[] depths) => new(
        ImageSize: 224, PatchSize: 4, Channels: 3,
        [.. depths.Select((depth, stage) => new SwinStage(width << stage, depth, (width / 32) << stage, Window: 7, 4 * width << stage))],
        NumClasses: 1000);

    private static NetworkSpec With(NetworkSpec spec, StemSpec stem, IReadOnlyList<StepSpec> steps) =>
        new(spec.Family, spec.ImageSize, spec.Channels, stem, steps, spec.Norm, spec.Heads);

    private static string Refusal(Action make) => Assert.ThrowsExactly<ArgumentException>(make).Message;
}
