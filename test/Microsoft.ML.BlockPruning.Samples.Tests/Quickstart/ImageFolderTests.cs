namespace Microsoft.ML.BlockPruning.Samples.Tests.Quickstart;

[TestClass]
public sealed class ImageFolderTests
{
    [TestMethod]
    public void Read_ListsImagesByClassInOrdinalOrder()
    {
        using var folder = new TemporaryFolder();
        Touch(folder, "zebra", "b.png", "a.JPG", "notes.txt");
        Touch(folder, "ant", "c.jpeg");

        var classes = ImageFolder.Read(folder.Path);

        CollectionAssert.AreEqual(new[] { "ant", "zebra" }, classes.Select(group => group.Key).ToArray());
        CollectionAssert.AreEqual(
            new[] { folder.File("zebra/a.JPG"), folder.File("zebra/b.png") }, classes[1].Select(row => row.ImagePath).ToArray());
    }

    [TestMethod]
    public void Read_RefusesAMissingFolder() =>
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => ImageFolder.Read("there/is/none"));

    [TestMethod]
    public void Read_RefusesAFolderWithoutSubfolders()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a.png"), "");

        var error = Assert.ThrowsExactly<IOException>(() => ImageFolder.Read(folder.Path));

        StringAssert.Contains(error.Message, "no subfolders");
    }

    [TestMethod]
    public void Read_RefusesAClassWithoutImages()
    {
        using var folder = new TemporaryFolder();
        Touch(folder, "ant", "a.png");
        Touch(folder, "bee", "readme.md");

        var error = Assert.ThrowsExactly<IOException>(() => ImageFolder.Read(folder.Path));

        StringAssert.Contains(error.Message, "bee");
    }

    [TestMethod]
    public void FileImages_SplitsEveryClassWithoutOverlap()
    {
        using var folder = new TemporaryFolder();
        Touch(folder, "ant", [.. Enumerable.Range(0, 11).Select(i => $"{i:D2}.png")]);
        Touch(folder, "bee", "0.png", "1.png");

        var images = new FileImages(new MLContext(), ImageParts.Split(ImageFolder.Read(folder.Path)), classes: null);

        string[] calibration = Paths(images.Calibration);
        string[] test = Paths(images.Test);
        CollectionAssert.AreEqual(
            new[] { "ant/00.png", "ant/05.png", "ant/10.png", "bee/0.png" },
            calibration.Select(path => Path.GetRelativePath(folder.Path, path)).ToArray());
        Assert.AreEqual(13, calibration.Union(test).Count());
        Assert.AreEqual((4, 9), (images.CalibrationCount, images.TestCount));
        Assert.HasCount(9, test);
    }

    [TestMethod]
    public void FileImages_RefusesAClassThatTheNetworkDoesNotKnow()
    {
        using var folder = new TemporaryFolder();
        Touch(folder, "ant", "0.png", "1.png");

        var files = ImageParts.Split(ImageFolder.Read(folder.Path));
        var error = Assert.ThrowsExactly<ArgumentException>(
            () => new FileImages(new MLContext(), files, new NetworkClasses.Fixed(["bee", "cat"])));

        StringAssert.Contains(error.Message, "'ant' is unknown to the network; its classes are bee, cat");
    }

    [TestMethod]
    public void FileImages_RefusesAClassWithOneImage()
    {
        using var folder = new TemporaryFolder();
        Touch(folder, "ant", "0.png");

        var error = Assert.ThrowsExactly<ArgumentException>(
            () => new FileImages(new MLContext(), ImageParts.Split(ImageFolder.Read(folder.Path)), classes: null));

        StringAssert.Contains(error.Message, "'ant' holds one image");
    }

    private static void Touch(TemporaryFolder folder, string label, params string[] names)
    {
        Directory.CreateDirectory(folder.File(label));
        foreach (string name in names)
        {
            File.WriteAllText(folder.File($"{label}/{name}"), "");
        }
    }

    private static string[] Paths(IDataView view) =>
        [.. new MLContext().Data.CreateEnumerable<ImageFileRow>(view, reuseRowObject: false).Select(row => row.ImagePath)];
}
