using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests.Files;

[TestClass]
public sealed class AtomicFileTests
{
    [TestMethod]
    public void Write_ReplacesAnOldFileAndLeavesNothingElse()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["f"], "old and longer");

        AtomicFile.Write(folder["f"], stream => stream.Write("new"u8));

        Assert.AreEqual("new", File.ReadAllText(folder["f"]));
        CollectionAssert.AreEqual(new[] { "f" }, folder.Names.ToArray());
    }

    [TestMethod]
    public void Write_ThatFailsHalfwayLeavesTheOldFileAlone()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["f"], "old");

        var error = Assert.ThrowsExactly<TimeoutException>(() => AtomicFile.Write(folder["f"], stream =>
        {
            stream.Write("half"u8);
            throw new TimeoutException("why");
        }));

        Assert.AreEqual("why", error.Message);
        Assert.AreEqual("old", File.ReadAllText(folder["f"]));
        CollectionAssert.AreEqual(new[] { "f" }, folder.Names.ToArray());
    }

    [TestMethod]
    public void Write_WhereTheDiskRefusesNamesThePath()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["f"], "old");

        var error = Assert.ThrowsExactly<IOException>(
            () => AtomicFile.Write(folder["f"], _ => throw new IOException("No space left on device")));

        Assert.AreEqual($"Cannot write '{folder["f"]}': No space left on device", error.Message);
        Assert.AreEqual("old", File.ReadAllText(folder["f"]));
        CollectionAssert.AreEqual(new[] { "f" }, folder.Names.ToArray());
    }

    [TestMethod]
    public void Write_ToAFolderIsRefusedByName()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["d"]);

        var error = Assert.ThrowsExactly<IOException>(() => AtomicFile.Write(folder["d"], _ => Assert.Fail("nothing may be written")));

        StringAssert.Contains(error.Message, folder["d"]);
        CollectionAssert.AreEqual(new[] { "d" }, folder.Names.ToArray());
    }

    [TestMethod]
    [DataRow("missing/f")]
    [DataRow("file/f")] // a file where a folder should be
    public void Write_WhereNoFileCanBeIsRefusedByName(string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "text");

        var error = Assert.ThrowsExactly<IOException>(() => AtomicFile.Write(folder[name], _ => Assert.Fail("nothing may be written")));

        StringAssert.Contains(error.Message, $"Cannot write '{folder[name]}'");
        CollectionAssert.AreEqual(new[] { "file" }, folder.Names.ToArray());
    }

    [TestMethod]
    public void Write_WithoutPermissionIsRefusedByName()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Inconclusive("A privileged process may write anywhere.");
            return;
        }

        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["locked"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string path = Path.Combine(folder["locked"], "f");

        var error = Assert.ThrowsExactly<UnauthorizedAccessException>(
            () => AtomicFile.Write(path, _ => Assert.Fail("nothing may be written")));

        StringAssert.Contains(error.Message, path);
    }
}
