namespace Microsoft.ML.BlockPruning.Samples.Tests.Quickstart;

[TestClass]
public sealed class OutputFileTests
{
    [TestMethod]
    public void Write_ReplacesTheFileAndTellsItsLength()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("model"), "old and longer");

        long length = OutputFile.Write(folder.File("model"), stream => stream.Write("new"u8));

        Assert.AreEqual(3, length);
        Assert.AreEqual("new", File.ReadAllText(folder.File("model")));
    }

    [TestMethod]
    public void Write_LeavesTheOldFileAloneWhereWritingFails()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("model"), "old");

        Assert.ThrowsExactly<OperationCanceledException>(() => OutputFile.Write(folder.File("model"), stream =>
        {
            stream.Write("half"u8);
            throw new OperationCanceledException();
        }));

        Assert.AreEqual("old", File.ReadAllText(folder.File("model")));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void RequireWritable_LeavesNothingBehind()
    {
        using var folder = new TemporaryFolder();

        OutputFile.RequireWritable(folder.File("model"));

        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void RequireWritable_RefusesAFolderAndAMissingFolder()
    {
        using var folder = new TemporaryFolder();

        StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => OutputFile.RequireWritable(folder.Path)).Message, "is a folder");
        StringAssert.Contains(
            Assert.ThrowsExactly<IOException>(() => OutputFile.RequireWritable(folder.File("none/model"))).Message, "there is no folder");
    }
}
