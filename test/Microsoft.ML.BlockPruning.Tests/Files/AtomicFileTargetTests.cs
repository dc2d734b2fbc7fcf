using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests.Files;

/// <summary>What stands where a file is to be written: links, modes, devices, long names.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
[UnsupportedOSPlatform("windows")]
public sealed class AtomicFileTargetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(UnixFileMode.UserRead | UnixFileMode.UserWrite, DisplayName = "0600")]
    [DataRow(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, DisplayName = "0660")]
    [DataRow(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupExecute | UnixFileMode.SetGroup, DisplayName = "2610")]
    public void Write_KeepsTheModeOfAFile(UnixFileMode mode)
    {
        Put("f", "old");
        File.SetUnixFileMode(_folder["f"], mode);

        Write("f", "new");

        Assert.AreEqual(mode, File.GetUnixFileMode(_folder["f"]));
        Assert.AreEqual("new", File.ReadAllText(_folder["f"]));
    }

    [TestMethod]
    public void Write_HidesTheContentWhileItIsWritten()
    {
        Put("f", "old");
        File.SetUnixFileMode(_folder["f"], UnixFileMode.UserRead | UnixFileMode.UserWrite);

        AtomicFile.Write(_folder["f"], _ => Assert.AreEqual(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Directory.GetFiles(_folder["."]).Single(name => name.EndsWith(".tmp", StringComparison.Ordinal)))));
    }

    [TestMethod]
    public void Write_GivesANewFileTheModeThatTheProcessGivesAny()
    {
        File.Create(_folder["any"]).Dispose();

        Write("f", "new");

        Assert.AreEqual(File.GetUnixFileMode(_folder["any"]), File.GetUnixFileMode(_folder["f"]));
    }

    [TestMethod]
    [DataRow("link", "target", DisplayName = "relative")]
    [DataRow("folder/link", "../target", DisplayName = "upwards")]
    [DataRow("linked/link", "../target", DisplayName = "upwards from a linked folder")]
    public void Write_LeavesALinkAndReplacesWhatItPointsTo(string link, string target)
    {
        Directory.CreateDirectory(_folder["elsewhere/real"]);
        Directory.CreateDirectory(_folder["folder"]);
        File.CreateSymbolicLink(_folder["linked"], "elsewhere/real");
        string real = link.StartsWith("linked", StringComparison.Ordinal) ? "elsewhere/target" : "target";
        Put(real, "old");
        File.CreateSymbolicLink(_folder[link], target);

        Write(link, "new");

        Assert.AreEqual(target, new FileInfo(_folder[link]).LinkTarget);
        Assert.AreEqual("new", File.ReadAllText(_folder[real]));
        Assert.IsNull(new FileInfo(_folder[real]).LinkTarget);
    }

    [TestMethod]
    public void Write_FollowsAChainOfLinksToAFileThatIsNotThereYet()
    {
        File.CreateSymbolicLink(_folder["c"], "target");
        File.CreateSymbolicLink(_folder["b"], _folder["c"]);
        File.CreateSymbolicLink(_folder["a"], "b");

        Write("a", "new");

        Assert.AreEqual("new", File.ReadAllText(_folder["target"]));
        CollectionAssert.AreEquivalent(new[] { "a", "b", "c", "target" }, _folder.Names.ToArray());
        Assert.AreEqual("b", new FileInfo(_folder["a"]).LinkTarget);
    }

    [TestMethod]
    public void Write_RefusesLinksThatGoInACircle()
    {
        File.CreateSymbolicLink(_folder["a"], "b");
        File.CreateSymbolicLink(_folder["b"], "a");

        StringAssert.Contains(Refused(_folder["a"]), "symbolic links");
    }

    [TestMethod]
    public void Write_LeavesTheOtherNamesOfAFileAlone()
    {
        Put("f", "old");
        using (var link = Process.Start("ln", [_folder["f"], _folder["other"]]))
        {
            link.WaitForExit();
        }

        Write("f", "new");

        Assert.AreEqual("old", File.ReadAllText(_folder["other"]));
    }

    [TestMethod]
    [DataRow("/dev/full")]
    [DataRow("/dev/null")]
    public void Write_RefusesADevice(string device)
    {
        string refused = Refused(device);

        StringAssert.Contains(refused, $"Cannot write '{device}': it is a device");
        StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => AtomicFile.RequireWritable(device)).Message, "it is a device");
        Assert.AreEqual(0, new FileInfo(device).Length, "it is still there");
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Write_RefusesASocketAndADescriptorOfAFile()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder["socket"]));
        StringAssert.Contains(Refused(_folder["socket"]), "it is a socket");

        using var opened = new FileStream(_folder["opened"], FileMode.Create);
        opened.Write("by the shell"u8);
        opened.Flush();
        StringAssert.Contains(Refused($"/proc/self/fd/{opened.SafeFileHandle.DangerousGetHandle()}"), "give that name itself");
        Assert.AreEqual(12, new FileInfo(_folder["opened"]).Length);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Write_GoesThroughAPipe()
    {
        using (var make = Process.Start("mkfifo", [_folder["pipe"]]))
        {
            make.WaitForExit();
        }

        AtomicFile.RequireWritable(_folder["pipe"]);
        var reader = Task.Run(() => File.ReadAllText(_folder["pipe"]));
        Write("pipe", "through");

        Assert.AreEqual("through", reader.Result);
        CollectionAssert.AreEqual(new[] { "pipe" }, _folder.Names.ToArray());
    }

    [TestMethod]
    [DataRow("x", 255)]
    [DataRow("ü", 127)] // 254 bytes
    [DataRow("𝄞", 63)] // four bytes each
    public void Write_TakesTheLongestNames(string letter, int count)
    {
        string name = string.Concat(Enumerable.Repeat(letter, count));
        string other = name[..^letter.Length] + (letter == "x" ? "y" : "ab");
        Write(other, "of another");

        AtomicFile.RequireWritable(_folder[name]);
        Write(name, "old");
        Write(name, "new");

        Assert.AreEqual("new", File.ReadAllText(_folder[name]));
        CollectionAssert.AreEquivalent(new[] { name, other }, _folder.Names.ToArray());
    }

    private void Put(string name, string text) => File.WriteAllText(_folder[name], text);

    private void Write(string name, string text) =>
        AtomicFile.Write(_folder[name], stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    private static string Refused(string path) => Assert.ThrowsExactly<IOException>(
        () => AtomicFile.Write(path, _ => Assert.Fail("nothing may be written"))).Message;
}
