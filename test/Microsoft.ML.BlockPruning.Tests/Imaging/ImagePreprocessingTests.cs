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
    [DataRow(0)]
    [DataRow(26755)]
    [DataRow(int.MaxValue)]
    [DataRow(int.MinValue)]
    public void ImageNet_OfASizeThatCannotBe_IsRefused(int size) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ImagePreprocessing.ImageNet(size));

    [TestMethod]
    public void WithOrientation_ChangesNothingElse()
    {
        var stored = new ImagePreprocessing(8, 1, [0.1f], [0.2f], ImageResize.Exact, 9, ImageInterpolation.Bilinear);

        var seen = stored.WithOrientation(true);

        Assert.IsFalse(stored.ApplyOrientation);
        Assert.IsTrue(seen.ApplyOrientation);
        Assert.AreEqual(
            (stored.ImageSize, stored.Channels, stored.Mean[0], stored.Std[0], stored.Resize, stored.ResizeSize, stored.Interpolation),
            (seen.ImageSize, seen.Channels, seen.Mean[0], seen.Std[0], seen.Resize, seen.ResizeSize, seen.Interpolation));
        Assert.AreSame(seen, seen.WithOrientation(true));
    }

    [TestMethod]
    public void WithOrientation_KeepsTheWidthAndTheRounding()
    {
        var stored = new ImagePreprocessing(8, 1, [0.1f], [0.2f], ImageResize.Exact, 9)
        {
            ResizeWidth = 11,
            CropRounding = CropRounding.HalfToEven,
        };

        var seen = stored.WithOrientation(true);

        Assert.AreEqual((9, 11, CropRounding.HalfToEven), (seen.ResizeSize, seen.ResizeWidth, seen.CropRounding));
    }

    [TestMethod]
    public void Rounding_IsThatOfWhoResizes()
    {
        CropRounding Of(ImageResize resize) => new ImagePreprocessing(8, 1, [0.1f], [0.2f], resize).CropRounding;

        Assert.AreEqual(CropRounding.Down, Of(ImageResize.Exact)); // Hugging Face
        Assert.AreEqual(CropRounding.HalfToEven, Of(ImageResize.ShortestSide)); // torchvision, timm
        Assert.AreEqual(CropRounding.HalfToEven, Of(ImageResize.LongestSide));
    }

    [TestMethod]
    public void Properties_RefuseWhatCannotBeDone()
    {
        ImagePreprocessing Make(ImageResize resize, int width, CropRounding rounding) =>
            new(8, 1, [0.1f], [0.2f], resize, 9) { ResizeWidth = width, CropRounding = rounding };

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Make(ImageResize.Exact, 0, CropRounding.Down));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Make(ImageResize.Exact, int.MaxValue, CropRounding.Down));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Make(ImageResize.ShortestSide, 10, CropRounding.Down));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Make(ImageResize.Exact, 9, (CropRounding)7));
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
    [DataRow(8, 3, 3, 1f, -1, DisplayName = "a size below zero")]
    [DataRow(int.MaxValue, 3, 3, 1f, 0, DisplayName = "the largest size")]
    [DataRow(26755, 3, 3, 1f, 0, DisplayName = "more values than an array holds: 26,755 squared three times")]
    [DataRow(46341, 1, 1, 1f, 0, DisplayName = "a product above 2^31")]
    [DataRow(8, 3, 3, 1f, int.MaxValue, DisplayName = "the largest size to resize to")]
    [DataRow(8, 3, 3, 1f, int.MinValue, DisplayName = "the least size to resize to")]
    public void Constructor_RefusesWhatCannotBeDone(int imageSize, int channels, int values, float std, int resizeSize)
    {
        float[] mean = new float[values];
        float[] deviation = [.. Enumerable.Repeat(std, values)];

        Assert.Throws<ArgumentException>(() =>
            new ImagePreprocessing(imageSize, channels, mean, deviation, ImageResize.ShortestSide, resizeSize));
    }
}
