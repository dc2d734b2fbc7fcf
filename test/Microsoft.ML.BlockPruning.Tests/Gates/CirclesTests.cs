namespace Microsoft.ML.BlockPruning.Tests.Gates;

[TestClass]
public sealed class CirclesTests
{
    [TestMethod]
    public void Of_FindsRingsAndLeavesChainsAlone()
    {
        var found = Circles.Of([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "e"), ("f", "g"), ("g", "f"), ("e", "f")]);

        string[] rings = [.. found.Select(ring => string.Concat(ring.Order())).Order()];
        CollectionAssert.AreEqual(new[] { "abc", "fg" }, rings);
    }
}
