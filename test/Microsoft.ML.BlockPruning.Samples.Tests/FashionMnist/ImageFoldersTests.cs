using FashionMnist;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Samples.Tests.FashionMnist;

[TestClass]
public sealed class ImageFoldersTests
{
    [TestMethod]
    public void Write_WritesThePixelsOfTheBundledImages()
    {
        using var folder = new TemporaryFolder();

        int written = ImageFolders.Write(folder.Path, trainPerClass: 2, testPerClass: 1, "png");

        Assert.AreEqual(30, written);
        Assert.HasCount(20, Directory.GetFiles(folder.File("train"), "*.png", SearchOption.AllDirectories));
        var original = FashionMnistData.ReadTest();
        int first = original.Labels[0];
        using var image = MLImage.CreateFromFile(folder.File(Path.Combine("test", FashionMnistData.ClassNames[first], "0000.png")));
        byte[] red = [.. image.Pixels.ToArray().Where((_, i) => i % 4 == 0)];
        CollectionAssert.AreEqual(original.Images[0].ToArray(), red);
    }
}
