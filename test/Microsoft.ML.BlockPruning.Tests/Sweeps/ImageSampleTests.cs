using Microsoft.ML.BlockPruning.Sweeps;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps;

[TestClass]
public sealed class ImageSampleTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(127)]
    [DataRow(128)]
    public void Of_AsManyAsALineKeeps_IsAll(int images) => CollectionAssert.AreEqual(
        Enumerable.Range(0, images).Select(image => (float)image).ToArray(), ImageSample.Of(Counting(images)).ToArray());

    /// <summary>Data that come class by class lose none: of ten classes in a row each has its part, give or take one.</summary>
    [TestMethod]
    [DataRow(130)]
    [DataRow(1000)]
    [DataRow(10_000)]
    public void Of_More_IsSpreadOverAll(int images)
    {
        var kept = ImageSample.Of(Counting(images));

        Assert.HasCount(128, kept);
        Assert.HasCount(128, kept.Distinct());
        int[] parts = [.. kept.GroupBy(image => (int)image * 10 / images).Select(part => part.Count())];
        Assert.HasCount(10, parts);
        Assert.IsTrue(parts.All(part => part is 12 or 13), string.Join(" ", parts));
    }

    private static double[] Counting(int images) => [.. Enumerable.Range(0, images).Select(image => (double)image)];
}
