using Microsoft.ML.BlockPruning.Network;

namespace Microsoft.ML.BlockPruning.Tests.Network;

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

    private static ViTConfig Config(int imageSize) =>
        new(imageSize, patchSize: 100, channels: 3, embedDim: 2, depth: 1, numHeads: 1, mlpDim: 2, numClasses: 2);
}
