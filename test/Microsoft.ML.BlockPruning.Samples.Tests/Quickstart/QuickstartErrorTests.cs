namespace Microsoft.ML.BlockPruning.Samples.Tests.Quickstart;

[TestClass]
public sealed class QuickstartErrorTests
{
    [TestMethod]
    [DataRow("--keep 0", "(0, 1]")]
    [DataRow("--keep 1.01", "(0, 1]")]
    [DataRow("--keep NaN", "(0, 1]")]
    [DataRow("--keep half", "(0, 1]")]
    [DataRow("--block 16by16", "not a block shape")]
    [DataRow("--block 0x16", "not a block shape")]
    [DataRow("--threads 0", "at least 1")]
    [DataRow("--seed x", "--seed")]
    [DataRow("--kept 0.5", "--kept")]
    public void Options_AreRefusedWithCodeTwo(string arguments, string says) => AssertFails(2, says, arguments.Split(' '));

    [TestMethod]
    [DataRow("--model none.safetensors", "no model file none.safetensors")]
    [DataRow("--images none", "no folder none")]
    [DataRow("--json none/result.json", "Cannot write 'none/result.json'")]
    public void MissingFiles_AreRefusedWithCodeOne(string arguments, string says) => AssertFails(1, says, arguments.Split(' '));

    [TestMethod]
    public void DamagedModel_IsRefusedWithCodeOne()
    {
        using var source = new TemporaryFolder();
        string model = TinyNetwork.Save(source, classes: 3);
        File.WriteAllBytes(model, File.ReadAllBytes(model)[..^100]);

        AssertFails(1, model, "--model", model, "--images", TinyNetwork.SaveImages(source, perClass: 2, "ant", "bee", "cat"));
    }

    [TestMethod]
    public void OtherNumberOfClasses_IsRefusedWithCodeOne()
    {
        using var source = new TemporaryFolder();
        string model = TinyNetwork.Save(source, classes: 4);

        AssertFails(1, "3", "--model", model, "--images", TinyNetwork.SaveImages(source, perClass: 2, "ant", "bee", "cat"));
    }

    [TestMethod]
    public void ClassesThatTheBundledNetworkDoesNotKnow_AreRefusedWithCodeOne()
    {
        using var source = new TemporaryFolder();

        AssertFails(1, "none of the images' classes (ant, bee)", "--images", TinyNetwork.SaveImages(source, perClass: 2, "ant", "bee"));
    }

    /// <summary>ML.NET's LoadImages would show it as black below the cut, without a word.</summary>
    [TestMethod]
    public void ImageThatIsCutOff_IsNamedBeforeTheWork()
    {
        using var source = new TemporaryFolder();
        string images = TinyNetwork.SaveImages(source, perClass: 2, "ant", "bee", "cat");
        string cut = Path.Combine(images, "bee", "1.png");
        File.WriteAllBytes(cut, File.ReadAllBytes(cut)[..^60]);

        AssertFails(1, $"1 image cannot be read: {cut} (cut off", "--model", TinyNetwork.Save(source, classes: 3), "--images", images);
    }

    private static void AssertFails(int expected, string says, params string[] arguments)
    {
        using var work = new TemporaryFolder();

        var (exitCode, _, error) = SampleProcess.Run("Quickstart", work.Path, arguments);

        Assert.AreEqual(expected, exitCode, error);
        StringAssert.Contains(error, says);
        Assert.DoesNotContain("   at ", error, "a user gets no stack trace");
        Assert.IsEmpty(Directory.GetFileSystemEntries(work.Path));
    }
}
