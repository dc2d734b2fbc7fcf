using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Tests.Networks.Families;

[TestClass]
public sealed class ViTConfigTests
{
    [TestMethod]
    public void Constructor_RefusesAnImageThatNoArrayHolds()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Config(imageSize: 40_000)); // 4.8e9 values

        StringAssert.Contains(error.Message, "imageSize = 40000 is too large");
        Assert.AreEqual(3 * 20_000 * 20_000, Config(imageSize: 20_000).ImageDim);
    }

    /// <summary>Each product that becomes an array or a count, just too large; none is computed in 32 bits.</summary>
    [TestMethod]
    [DataRow(4, 2, 30_000, 1, 4, 4, "embedDim = 30000 is too large: one array cannot hold the weight of qkv")] // 3 · 9e8
    [DataRow(4, 2, int.MaxValue, 1, 4, 4, "embedDim = 2147483647 is too large")]
    [DataRow(4, 2, 4, 1, int.MaxValue, 4, "mlpDim = 2147483647 is too large")]
    [DataRow(4, 2, 1024, 1, 4, 3_000_000, "numClasses = 3000000 is too large")]
    [DataRow(4, 2, 4, 1, 4, 1 << 25, "numClasses = 33554432 is above 16777216")]
    [DataRow(20_000, 20_000, 8, 1, 4, 4, "patchSize = 20000 is too large")] // 3 · 4e8 · 8
    [DataRow(20_000, 4, 64, 1, 4, 4, "imageSize = 20000 is too large: one array cannot hold the activations")] // 2.5e7 tokens · 192
    [DataRow(8_000, 2, 8, int.MaxValue, 8, 4, "depth = 2147483647 makes more multiply-adds than can be counted")]
    public void Constructor_RefusesWhatNoArrayHolds(
        int imageSize, int patchSize, int embedDim, int depth, int mlpDim, int numClasses, string says)
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => new ViTConfig(imageSize, patchSize, channels: 3, embedDim, depth, numHeads: 1, mlpDim, numClasses));

        StringAssert.Contains(error.Message, says);
    }

    private static ViTConfig Config(int imageSize) =>
        new(imageSize, patchSize: 100, channels: 3, embedDim: 2, depth: 1, numHeads: 1, mlpDim: 2, numClasses: 2);
}
