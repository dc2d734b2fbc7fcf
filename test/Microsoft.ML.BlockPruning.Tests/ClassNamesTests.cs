namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>What images call a network's classes, by the names alone.</summary>
[TestClass]
public sealed class ClassNamesTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow("dog,cat,bird", "Dog,Cat,Bird", "0 dog (the images' 'Dog'), 1 cat (the images' 'Cat'), 2 bird (the images' 'Bird')")]
    [DataRow("dog,cat,bird", "bird", "0 dog, 1 cat, 2 bird")] // not all need have images
    [DataRow("caf\u00e9,tea", "cafe\u0301,TEA", "0 caf\u00e9 (the images' 'cafe\u0301'), 1 tea (the images' 'TEA')")]
    [DataRow("polar bear,ant", "Polar_Bear,ant", "0 polar bear (the images' 'Polar_Bear'), 1 ant")]
    [DataRow("polar-bear,ant", "polarbear,ant", "0 polar-bear (the images' 'polarbear'), 1 ant")]
    [DataRow("Ant,ant", "ant", "0 Ant, 1 ant")] // what is there exactly is not looked for further
    [DataRow("\u03c3\u03ac\u03c2,b", "\u03a3\u0386\u03a3,b", "0 \u03c3\u03ac\u03c2 (the images' '\u03a3\u0386\u03a3'), 1 b")]
    [DataRow("_,b", "_,B", "0 _, 1 b (the images' 'B')")]
    [DataRow("crane,ant,crane", "crane (2),ant", "0 crane (0), 1 ant, 2 crane (2)")]
    public void Match_FindsAndShows(string network, string images, string expected) =>
        Assert.AreEqual(expected, string.Join(", ", ClassNames.Match(network.Split(','), images.Split(','))));

    [TestMethod]
    [DataRow("dog,cat", "dog,owl", "'owl' is unknown to the network; its classes are dog, cat; the images' are dog, owl")]
    [DataRow("Ant,ant", "ANT", "'ANT' may be each of 'Ant', 'ant'")]
    [DataRow("crane,ant,crane", "crane", "'crane' may be each of 'crane (0)', 'crane (2)'")]
    [DataRow("crane,ant,crane", "CRANE", "'CRANE' may be each of 'crane (0)', 'crane (2)'")]
    [DataRow("dog,cat", "dog,Dog", "'dog' and 'Dog' are one class of the network, 'dog'")]
    [DataRow("caf\u00e9,cat", "caf\u00e9,cafe\u0301", "are one class of the network")]
    public void Match_RefusesWhatItCannotTell(string network, string images, string says) => StringAssert.Contains(
        Assert.ThrowsExactly<ArgumentException>(() => ClassNames.Match(network.Split(','), images.Split(','))).Message,
        says, StringComparison.Ordinal);

    [TestMethod]
    public void Match_NumbersNamesUntilAllDiffer()
    {
        // What the second crane becomes is the third's name, which is numbered too then.
        string[] names = [.. ClassNames.Match(["crane", "crane", "crane (1)"], []).Select(one => one.Name)];

        CollectionAssert.AreEqual(new[] { "crane (0)", "crane (1) (1)", "crane (1) (2)" }, names);
    }

    [TestMethod]
    public void MatchClasses_OfAnUnnamedNetwork_NamesItsClassesByTheImages()
    {
        using var network = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config()));

        Assert.AreEqual("0 ant, 1 cat, 2 owl", Text(network, ["owl", "ant", "cat"]));
        Assert.AreEqual("0 Owl, 1 ant, 2 cat", Text(network, ["ant", "cat", "Owl"], ClassNameOrder.Ordinal));
        Assert.AreEqual("0 ant, 1 cat, 2 Owl", Text(network, ["ant", "cat", "Owl"], ClassNameOrder.Natural));
        Assert.AreEqual("0 0, 1 1, 2 2", Text(network, ["2", "0"]));
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Text(network, ["ant", "cat"])).Message,
            "knows none of the images' classes (ant, cat)", StringComparison.Ordinal);
    }

    /// <summary>Folders called 0 to 11: to torchvision the third of them is 10.</summary>
    [TestMethod]
    public void MatchClasses_OfMoreThanTenNumbers_NeedsTheOrder()
    {
        using var network = new TestCheckpoint(TestNetworks.Weights(TestNetworks.Config(numClasses: 12)));
        string[] folders = ["0", "1", "10", "11", "2", "3", "4", "5", "6", "7", "8", "9"];

        var error = Assert.ThrowsExactly<ArgumentException>(() => Text(network, folders));

        StringAssert.Contains(error.Message, "0, 1, 2, 3, 4, 5, 6, 7, … (Natural) or 0, 1, 10, 11, 2", StringComparison.Ordinal);
        Assert.AreEqual("0 0, 1 1, 2 2, 3 3, 4 4, 5 5, 6 6, 7 7, 8 8, 9 9, 10 10, 11 11", Text(network, folders, ClassNameOrder.Natural));
        Assert.AreEqual("0 0, 1 1, 2 10, 3 11, 4 2, 5 3, 6 4, 7 5, 8 6, 9 7, 10 8, 11 9", Text(network, folders, ClassNameOrder.Ordinal));
    }

    private string Text(TestCheckpoint network, string[] images, ClassNameOrder order = ClassNameOrder.Unspecified) =>
        string.Join(", ", _ml.BlockPruning().MatchClasses(network.ModelPath, images, order));
}
