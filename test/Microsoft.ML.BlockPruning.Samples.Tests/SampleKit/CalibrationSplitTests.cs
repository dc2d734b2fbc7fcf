namespace Microsoft.ML.BlockPruning.Samples.Tests.SampleKit;

[TestClass]
public sealed class CalibrationSplitTests
{
    [TestMethod]
    public void Most_OfAFewIsAll()
    {
        int[] rows = [.. Enumerable.Range(0, 2000)];

        CollectionAssert.AreEqual(rows, CalibrationSplit.Most(rows, row => row % 3).ToArray());
    }

    /// <summary>Of 3,000 and 500 images of two classes 1,000 each are wanted: every third of the one, and all of the other.</summary>
    [TestMethod]
    public void Most_OfManyIsSpreadOverEveryClass()
    {
        int[] rows = [.. Enumerable.Range(0, 3500)];

        int[] taken = [.. CalibrationSplit.Most(rows, row => row < 3000 ? "many" : "few")];

        CollectionAssert.AreEqual(
            rows.Where(row => row >= 3000 || row % 3 == 0).ToArray(), taken);
    }

    /// <summary>Without classes as many as the most, from the first to the last.</summary>
    [TestMethod]
    public void Most_WithoutClassesIsSpreadOverAll()
    {
        int[] taken = [.. CalibrationSplit.Most([.. Enumerable.Range(0, 5001)], _ => "")];

        Assert.HasCount(2000, taken);
        Assert.AreEqual(0, taken[0]);
        Assert.IsTrue(taken.Zip(taken.Skip(1)).All(pair => pair.Second - pair.First is 2 or 3));
        Assert.IsGreaterThanOrEqualTo(4998, taken[^1]);
    }
}
