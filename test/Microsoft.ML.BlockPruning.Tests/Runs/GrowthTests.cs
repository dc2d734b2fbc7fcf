using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Pruning.Bases;
using Microsoft.ML.BlockPruning.Pruning.Refit.Reconstruction;

namespace Microsoft.ML.BlockPruning.Tests.Runs;

/// <summary>What a forecast takes from the parts of a pruning that stop growing: 50 tokens of 128 features, by hand.</summary>
[TestClass]
public sealed class GrowthTests
{
    private static readonly NetworkSpec Spec = ViT.Of(
        new ViTConfig(imageSize: 28, patchSize: 4, channels: 1, embedDim: 128, depth: 6, numHeads: 4, mlpDim: 512, numClasses: 10));

    /// <summary>
    /// Four passes over 19 of 20 images, in batches of 1,600 tokens, until 51.2 million features are spent: 8,000 images of 6,400.
    /// </summary>
    [TestMethod]
    [DataRow(1_000, 4 * 950.0)]
    [DataRow(2_000, 4 * 1_900.0)]
    [DataRow(10_000, 8_000.0)]
    [DataRow(100_000, 8_000.0)]
    public void Reconstruction_StopsAtFiftyMillionFeatures(int images, double trained) => Assert.AreEqual(
        trained / (4 * 95), LayerReconstruction.WorkOf(Spec, images) / LayerReconstruction.WorkOf(Spec, 100), 1e-9);

    /// <summary>16,384 tokens.</summary>
    [TestMethod]
    [DataRow(100, 100)]
    [DataRow(327, 327)]
    [DataRow(2_000, 327)]
    public void Basis_LooksAtSixteenThousandTokens(int images, int expected) =>
        Assert.AreEqual(expected, BasisPass.ImagesOf(Spec, images));
}
