using System.Text.Json;
using global::FashionMnist;

namespace Microsoft.ML.BlockPruning.Samples.Tests.FashionMnist;

[TestClass]
public sealed class BundledDataTests
{
    private const long MaximumBytes = 15_000_000;

    [TestMethod]
    public void ReadTest_HasAThousandImagesOfEveryClass()
    {
        var test = FashionMnistData.ReadTest();

        Assert.AreEqual((28, 28), (test.Images.Height, test.Images.Width));
        AssertPerClass(1000, test.Labels);
    }

    [TestMethod]
    public void ReadCalibration_HasTwoHundredImagesOfEveryClass()
    {
        var calibration = FashionMnistData.ReadCalibration();

        Assert.AreEqual((28, 28), (calibration.Images.Height, calibration.Images.Width));
        AssertPerClass(200, calibration.Labels);
    }

    [TestMethod]
    public void ReadCalibration_SharesNoImageWithTheTest()
    {
        var calibration = FashionMnistData.ReadCalibration().Images;
        var test = FashionMnistData.ReadTest().Images;

        var known = Enumerable.Range(0, test.Count).Select(i => Convert.ToHexString(test[i])).ToHashSet();

        Assert.AreEqual(0, Enumerable.Range(0, calibration.Count).Count(i => known.Contains(Convert.ToHexString(calibration[i]))));
    }

    [TestMethod]
    public void BundledFolder_StaysSmall()
    {
        var files = new DirectoryInfo(FashionMnistData.BundledFolder).EnumerateFiles();

        Assert.IsLessThanOrEqualTo(MaximumBytes, files.Sum(file => file.Length));
    }

    [TestMethod]
    public void BundledNetwork_NamesTheClassesAsTheDataDoes()
    {
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(FashionMnistData.BundledFolder, "config.json")));

        string?[] names = [.. config.RootElement.GetProperty("label_names").EnumerateArray().Select(name => name.GetString())];

        CollectionAssert.AreEqual(FashionMnistData.ClassNames.ToArray(), names);
    }

    private static void AssertPerClass(int expected, byte[] labels)
    {
        foreach (var label in labels.GroupBy(label => label))
        {
            Assert.AreEqual(expected, label.Count(), $"class {label.Key}");
        }

        Assert.AreEqual(10 * expected, labels.Length);
    }
}
