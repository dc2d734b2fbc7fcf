using Microsoft.ML.BlockPruning.Benchmarks.Rivals;
using Microsoft.ML.BlockPruning.Calibration;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Rivals;

[TestClass]
public sealed class SparseGptTests
{
    private readonly SmallNetwork _network = new(channels: 1, isDistilled: false);

    [TestMethod]
    public void Network_KeepsTwoOfEveryFourInputsOfEachRow()
    {
        var dense = _network.Weights;
        var calibration = new CalibrationSet(dense.Spec, _network.Pixels, SmallNetwork.Images);

        var pruned = new SparseGpt().Prune(dense, calibration, keep: 0.5);

        foreach (var (before, after) in dense.PrunableLayers.Zip(pruned.Weights.PrunableLayers))
        {
            for (int i = 0; i < after.Weight.Length; i += 4)
            {
                Assert.AreEqual(2, after.Weight.AsSpan(i, 4).Count(0f), $"{after.Name}, weights {i} to {i + 3}");
            }

            CollectionAssert.AreEqual(before.Bias, after.Bias, after.Name);
        }

        float[] head = pruned.Weights[dense.Spec.Heads[0].Linear].Weight;
        CollectionAssert.AreEqual(dense[dense.Spec.Heads[0].Linear].Weight, head);
    }

    // 4 patches of 16 pixels and a class token, width 32, 2 layers, MLPs of 48, 5 classes.
    [TestMethod]
    public void Share_IsThatOfHalfThePrunableWeights()
    {
        long prunable = 2 * 5 * ((96 * 32) + (32 * 32) + (2 * 48 * 32));
        long rest = (4 * 16 * 32) + (2 * 2 * 5 * 5 * 32) + (5 * 32);
        double expected = (rest + (prunable / 2.0)) / (rest + prunable);

        double? keep = new SparseGpt().KeepOf(_network.Weights.Spec, asked: 0.25);

        Assert.AreEqual(expected, keep!.Value, 0.5e-5);
    }
}
