using Microsoft.ML.BlockPruning.Networks.Names;

namespace Microsoft.ML.BlockPruning.Tests.Networks.Names;

/// <summary>The two orders against Python: <c>sorted(names)</c>, and <c>sorted(names, key=natural_key)</c> with timm's key.</summary>
[TestClass]
public sealed class NameOrderTests
{
    private static readonly string[] Natural =
    [
        "", "\u0663x", "007", "7a", "9", "10", "_x", "A", "a-b", "apple", "b", "Class2", "class10", "file1a9", "file1a10", "file1b2",
        "x99999999999999999999", "x100000000000000000000", "Zebra", "\ue000", "\uff21", "\U0001f600",
    ];

    private static readonly string[] Ordinal =
    [
        "", "007", "10", "7a", "9", "A", "Class2", "Zebra", "_x", "a-b", "apple", "b", "class10", "file1a10", "file1a9", "file1b2",
        "x100000000000000000000", "x99999999999999999999", "\u0663x", "\ue000", "\uff21", "\U0001f600",
    ];

    [TestMethod]
    public void Orders_ArePythons()
    {
        CollectionAssert.AreEqual(Natural, Ordinal.Order(NaturalOrder.Instance).ToArray());
        CollectionAssert.AreEqual(Ordinal, Natural.Order(CodePointOrder.Instance).ToArray());
    }

    [TestMethod]
    [DataRow("class2,class10", "class2, class10 (Natural) or class10, class2 (Ordinal)")]
    [DataRow("Zebra,ant", "ant, Zebra (Natural) or Zebra, ant (Ordinal)")]
    [DataRow("Ant,ant", "Ant, ant (Natural) or Ant, ant (Ordinal)")] // equal to timm: in the order of a Python set, that is in any
    [DataRow("a1,a01", "a1, a01 (Natural) or a01, a1 (Ordinal)")]
    [DataRow("caf\u00e9,caff", "caff, caf\u00e9 (Ordinal) or caf\u00e9, caff (accents apart")] // e + accent comes before f
    public void AnOrderThatMatters_IsAskedFor(string names, string says)
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => NameOrder.Of(names.Split(','), chosen: null));

        StringAssert.Contains(error.Message, says, StringComparison.Ordinal);
        StringAssert.Contains(error.Message, "--class-order", StringComparison.Ordinal);
    }

    [TestMethod]
    public void AnOrderThatDoesNotMatter_IsTaken()
    {
        CollectionAssert.AreEqual(new[] { 2, 1, 0 }, NameOrder.Of(["owl", "cat", "ant"], chosen: null));
        CollectionAssert.AreEqual(new[] { 1, 0 }, NameOrder.Of(["caf\u00e9", "ant"], chosen: null));
    }

    [TestMethod]
    public void NaturalOrder_OfEqualNames_IsRefused() => StringAssert.Contains(
        Assert.ThrowsExactly<ArgumentException>(() => NameOrder.Of(["b", "A1", "a01"], NaturalOrder.Instance)).Message,
        "'A1' and 'a01' of the images are equal in natural order", StringComparison.Ordinal);

    [TestMethod]
    public void NamesThatDifferByFormAlone_AreRefused() => StringAssert.Contains(
        Assert.ThrowsExactly<ArgumentException>(() => NameOrder.Of(["caf\u00e9", "cafe\u0301"], CodePointOrder.Instance)).Message,
        "called 'caf\u00e9'", StringComparison.Ordinal);
}
