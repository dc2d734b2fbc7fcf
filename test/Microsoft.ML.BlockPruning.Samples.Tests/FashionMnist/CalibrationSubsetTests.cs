using global::FashionMnist;

namespace Microsoft.ML.BlockPruning.Samples.Tests.FashionMnist;

[TestClass]
public sealed class CalibrationSubsetTests
{
    [TestMethod]
    public void Draw_TakesTheSameNumberOfEveryClass()
    {
        var drawn = CalibrationSubset.Draw(Numbered(500), perClass: 7, seed: 3);

        Assert.AreEqual(70, drawn.Count);
        CollectionAssert.AreEqual(Enumerable.Repeat(7, 10).ToArray(), CountPerClass(drawn.Labels));
    }

    [TestMethod]
    public void Draw_KeepsEachImageWithItsLabelAndDrawsNoneTwice()
    {
        var source = Numbered(500);

        var drawn = CalibrationSubset.Draw(source, perClass: 20, seed: 3);

        int[] numbers = [.. Enumerable.Range(0, drawn.Count).Select(i => Number(drawn, i))];
        CollectionAssert.AreEqual(numbers.Select(number => source.Labels[number]).ToArray(), drawn.Labels);
        Assert.AreEqual(drawn.Count, numbers.Distinct().Count());
    }

    [TestMethod]
    public void Draw_DependsOnTheSeedAlone()
    {
        byte[] first = CalibrationSubset.Draw(Numbered(500), perClass: 20, seed: 3).Images.Pixels;

        CollectionAssert.AreEqual(first, CalibrationSubset.Draw(Numbered(500), perClass: 20, seed: 3).Images.Pixels);
        CollectionAssert.AreNotEqual(first, CalibrationSubset.Draw(Numbered(500), perClass: 20, seed: 4).Images.Pixels);
    }

    [TestMethod]
    public void Draw_RefusesMoreImagesThanAClassHas()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => CalibrationSubset.Draw(Numbered(500), perClass: 51, seed: 3));

        StringAssert.Contains(error.Message, "Class 0 (T-shirt) has 50 images, not 51");
    }

    [TestMethod]
    public void WriteBundled_WritesFilesThatReadBack()
    {
        using var source = new TemporaryFolder();
        using var target = new TemporaryFolder();
        Numbered(10 * CalibrationSubset.BundledPerClass).Write(source.Path, FashionMnistData.TrainingPrefix);

        CalibrationSubset.WriteBundled(source.Path, target.Path);

        var written = LabelledImages.Read(target.Path, FashionMnistData.CalibrationPrefix);
        CollectionAssert.AreEqual(Enumerable.Repeat(CalibrationSubset.BundledPerClass, 10).ToArray(), CountPerClass(written.Labels));
    }

    // Image i is one row that spells i in two bytes; its class is i mod 10.
    private static LabelledImages Numbered(int count)
    {
        byte[] pixels = [.. Enumerable.Range(0, count).SelectMany(i => new[] { (byte)(i >> 8), (byte)i })];
        return new LabelledImages(new IdxImages(count, 1, 2, pixels), [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))]);
    }

    private static int Number(LabelledImages images, int index) => (images.Images[index][0] << 8) | images.Images[index][1];

    private static int[] CountPerClass(byte[] labels) => [.. Enumerable.Range(0, 10).Select(label => labels.Count(l => l == label))];
}
