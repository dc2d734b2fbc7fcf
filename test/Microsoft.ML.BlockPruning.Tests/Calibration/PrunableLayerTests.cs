using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Calibration;

[TestClass]
public sealed class PrunableLayerTests
{
    [TestMethod]
    public void Of_ListsTheLayersInForwardOrder()
    {
        var names = PrunableLayer.Of(new NetworkWeights(ViT.Of(TinyNetwork.Config())), new BlockShape(2, 2)).Select(layer => layer.Name);

        CollectionAssert.AreEqual(
            new[]
            {
                "blocks.0.attn.qkv", "blocks.0.attn.proj", "blocks.0.mlp.fc1", "blocks.0.mlp.fc2",
                "blocks.1.attn.qkv", "blocks.1.attn.proj", "blocks.1.mlp.fc1", "blocks.1.mlp.fc2",
            },
            names.ToArray());
    }

    [TestMethod]
    public void Groups_CutQkvIntoThreeAndNothingElse()
    {
        var layers = PrunableLayer.Of(new NetworkWeights(ViT.Of(TinyNetwork.Config())), new BlockShape(2, 2));

        CollectionAssert.AreEqual(new RowGroup[] { new(0, 3, 0, 6), new(3, 3, 6, 6), new(6, 3, 12, 6) }, layers[0].Groups.ToArray());
        CollectionAssert.AreEqual(new RowGroup[] { new(0, 5, 0, 10) }, layers[2].Groups.ToArray());
    }

    [TestMethod]
    public void Groups_GiveAStripAcrossABorderToThePartOfItsFirstRow()
    {
        // q rows 0-5, k 6-11, v 12-17; strips of 4 start at 0, 4, 8, 12, 16.
        var qkv = PrunableLayer.Of(new NetworkWeights(ViT.Of(TinyNetwork.Config())), new BlockShape(4, 2))[0];

        CollectionAssert.AreEqual(new RowGroup[] { new(0, 2, 0, 8), new(2, 1, 8, 4), new(3, 2, 12, 6) }, qkv.Groups.ToArray());
    }

    [TestMethod]
    public void Of_RefusesABlockLargerThanAWeight()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => PrunableLayer.Of(new NetworkWeights(ViT.Of(TinyNetwork.Config())), new BlockShape(8, 8)));

        StringAssert.Contains(error.Message, "8x8");
    }
}
