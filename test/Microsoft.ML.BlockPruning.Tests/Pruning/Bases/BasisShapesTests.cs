using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Bases;

/// <summary>Blocks that fit neither heads, nor the MLP, nor the stream, and networks of one layer or one head: the logits stay.</summary>
[TestClass]
public sealed class BasisShapesTests
{
    [TestMethod]
    [DataRow(64, 4, 160, 2, 64, 64, DisplayName = "larger than a head of 16")]
    [DataRow(64, 2, 72, 2, 8, 32, DisplayName = "wide")]
    [DataRow(64, 2, 72, 2, 32, 8, DisplayName = "high")]
    [DataRow(48, 2, 56, 2, 16, 16, DisplayName = "heads of 24, an MLP of 56")]
    [DataRow(36, 3, 50, 1, 8, 8, DisplayName = "one layer, a stream of 36")]
    [DataRow(32, 1, 40, 1, 16, 16, DisplayName = "one head")]
    [DataRow(32, 32, 40, 1, 16, 16, DisplayName = "heads of one feature")]
    [DataRow(32, 2, 40, 1, 1, 1, DisplayName = "blocks of one weight")]
    public void Change_LeavesTheLogits(int width, int heads, int mlp, int depth, int height, int blockWidth)
    {
        var dense = TestNetworks.Weights(new ViTConfig(
            imageSize: 8, patchSize: 4, channels: 1, embedDim: width, depth, numHeads: heads, mlpDim: mlp, numClasses: 3));
        var images = RandomFamily.Calibration(dense.Spec, 12);

        var changed = PruneMethods.BasisOf(PruneBasis.Full).Change(
            dense, images, PrunableLayer.Of(dense, new BlockShape(height, blockWidth)), () => { });

        Assert.AreNotSame(dense, changed.Weights, string.Join(" ", changed.Notes));
        Assert.HasCount(1, changed.Notes, "nothing was left out");
        var (before, after) = (new ReferenceNetwork(dense), new ReferenceNetwork(changed.Weights));
        var others = RandomFamily.Calibration(dense.Spec, 15);
        for (int image = 12; image < 15; image++)
        {
            double[] expected = before.Logits(others.ImageAt(image)), actual = after.Logits(others.ImageAt(image));
            for (int k = 0; k < expected.Length; k++)
            {
                Assert.AreEqual(expected[k], actual[k], 1e-5 * expected.Max(Math.Abs), $"image {image}, class {k}");
            }
        }
    }
}
