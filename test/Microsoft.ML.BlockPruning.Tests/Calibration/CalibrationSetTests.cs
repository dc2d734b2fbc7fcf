using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Calibration;

[TestClass]
public sealed class CalibrationSetTests
{
    [TestMethod]
    public void Constructor_RefusesAnEmptySet()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => new CalibrationSet(ViT.Of(TinyNetwork.Config()), [], 0));

        StringAssert.Contains(error.Message, "empty");
    }

    [TestMethod]
    public void Constructor_RefusesAWrongLength()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => new CalibrationSet(ViT.Of(TinyNetwork.Config()), new float[33], 2));

        StringAssert.Contains(error.Message, "32");
        StringAssert.Contains(error.Message, "33");
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void Constructor_NamesTheImageWithAPixelThatIsNotFinite(float pixel)
    {
        float[] images = TinyNetwork.Images(TinyNetwork.Config(), 3, seed: 1);
        images[(2 * 16) + 7] = pixel;

        var error = Assert.ThrowsExactly<ArgumentException>(() => new CalibrationSet(ViT.Of(TinyNetwork.Config()), images, 3));

        StringAssert.Contains(error.Message, "image 2");
    }

    [TestMethod]
    [DataRow(3)]
    [DataRow(-1)]
    public void Constructor_NamesTheImageWithALabelOutOfRange(int label)
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => TinyNetwork.Calibration(TinyNetwork.Config(), 3, labels: [0, label, 1]));

        StringAssert.Contains(error.Message, "image 1");
        StringAssert.Contains(error.Message, $"{label}");
    }

    [TestMethod]
    public void Constructor_RefusesAnotherNumberOfLabels()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => TinyNetwork.Calibration(TinyNetwork.Config(), 3, labels: [0, 1]));

        StringAssert.Contains(error.Message, "found 2");
    }

    [TestMethod]
    public void CheckFits_RefusesANetworkOfAnotherShape()
    {
        var set = TinyNetwork.Calibration(TinyNetwork.Config(), 1);
        var other = new ViTConfig(4, 2, 3, 6, 1, 2, 10, 3);

        var error = Assert.ThrowsExactly<ArgumentException>(() => set.CheckFits(ViT.Of(other)));

        StringAssert.Contains(error.Message, "3x4x4");
    }

    [TestMethod]
    public void ImagesOf_ReturnsEveryImageOnceAndInOrder()
    {
        var config = TinyNetwork.Config();
        float[] images = TinyNetwork.Images(config, 150, seed: 1);
        var set = new CalibrationSet(ViT.Of(config), images, 150);

        var seen = new List<float>();
        for (int batch = 0; batch < set.BatchCount; batch++)
        {
            using var tensor = set.ImagesOf(batch);
            CollectionAssert.AreEqual(new long[] { set.ImagesIn(batch), 1, 4, 4 }, tensor.shape);
            seen.AddRange(tensor.data<float>().ToArray());
        }

        Assert.IsGreaterThan(1, set.BatchCount);
        CollectionAssert.AreEqual(images, seen);
    }

    /// <summary>
    /// DeiT-B: 232 MB for an image forward and backward through all layers, more than 192 MiB, and four below 1 GiB; through an MLP, 197
    /// tokens, 2 · 4 · (768 + 3,072 + 3,072 + 768) bytes each, 12.1 MB, of which 96 MiB hold eight.
    /// </summary>
    [TestMethod]
    public void ForSteps_HasTheSameImagesInBatchesOfOneStep()
    {
        var spec = ViT.Of(new ViTConfig(224, 16, 3, 768, 12, 12, 3072, 1000));
        float[] images = new float[9 * spec.ImageDim];
        images[8 * spec.ImageDim] = 5;
        var set = new CalibrationSet(spec, images, 9);

        var steps = set.ForSteps();

        Assert.AreEqual(4, set.ImagesIn(0));
        Assert.AreEqual(8, steps.ImagesIn(0));
        Assert.AreEqual(1, steps.ImagesIn(1));
        Assert.IsTrue(steps.ImageAt(8).SequenceEqual(set.ImageAt(8)));
        Assert.AreEqual(2, steps.BatchCount);
    }

    [TestMethod]
    [DataRow(224, 4)] // 0.23 GB an image
    [DataRow(320, 2)] // 401 tokens: 0.47 GB
    [DataRow(512, 1)] // 1,025 tokens: 1.2 GB
    public void PassBatch_IsOfFourImagesWhereTheyFitInAGibibyte(int side, int expected)
    {
        var spec = ViT.Of(new ViTConfig(side, 16, 3, 768, 12, 12, 3072, 1000));

        Assert.AreEqual(expected, CalibrationSet.PassBatch(spec.PrunableLinears, 64));
        Assert.AreEqual(1, CalibrationSet.PassBatch(spec.PrunableLinears, 1));
    }
}
