using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

[TestClass]
public sealed class ImagePreprocessingTests
{
    [TestMethod]
    public void ImageNet_ResizesAsTimm()
    {
        var preprocessing = ImagePreprocessing.ImageNet(224);

        Assert.AreEqual(248, preprocessing.ResizeSize); // timm: floor(224 / 0.9)
        Assert.AreEqual(ImageInterpolation.Bicubic, preprocessing.Interpolation);
        Assert.AreEqual(1, ImagePreprocessing.ImageNet(28, 1).Mean.Count);
    }

    [TestMethod]
    public void Constructor_CopiesItsLists()
    {
        float[] mean = [0.5f];
        var preprocessing = new ImagePreprocessing(8, 1, mean, [0.5f]);

        mean[0] = 9;

        Assert.AreEqual(0.5f, preprocessing.Mean[0]);
    }

    [TestMethod]
    [DataRow(0, 3, 3, 1f, 0, DisplayName = "no size")]
    [DataRow(8, 2, 2, 1f, 0, DisplayName = "two channels")]
    [DataRow(8, 3, 1, 1f, 0, DisplayName = "one value for three channels")]
    [DataRow(8, 3, 3, 0f, 0, DisplayName = "deviation zero")]
    [DataRow(8, 3, 3, float.NaN, 0, DisplayName = "deviation NaN")]
    [DataRow(8, 3, 3, 1f, 7, DisplayName = "resize below the crop")]
    public void Constructor_RefusesWhatCannotBeDone(int imageSize, int channels, int values, float std, int resizeSize)
    {
        float[] mean = new float[values];
        float[] deviation = [.. Enumerable.Repeat(std, values)];

        Assert.Throws<ArgumentException>(() =>
            new ImagePreprocessing(imageSize, channels, mean, deviation, ImageResize.ShortestSide, resizeSize));
    }
}
