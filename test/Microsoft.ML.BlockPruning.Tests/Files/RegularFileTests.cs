using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests.Files;

[TestClass]
public sealed class RegularFileTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Open_ReadsAFile_AlsoThroughALink()
    {
        File.WriteAllText(_folder["file"], "content");
        string path = _folder["file"];
        if (!OperatingSystem.IsWindows())
        {
            path = File.CreateSymbolicLink(_folder["link"], "file").FullName;
        }

        using var reader = new StreamReader(RegularFile.Open(path));

        Assert.AreEqual("content", reader.ReadToEnd());
    }

    [TestMethod]
    public void Require_LeavesAMissingFileToWhoeverOpensIt()
    {
        RegularFile.Require(_folder["none"]);

        Assert.ThrowsExactly<FileNotFoundException>(() => RegularFile.Open(_folder["none"]));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Open_RefusesWhatIsNoFile()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder["socket"]));
        Directory.CreateDirectory(_folder["folder"]);
        File.CreateSymbolicLink(_folder["zero"], "/dev/zero");
        MakePipe();
        File.CreateSymbolicLink(_folder["linked"], "pipe");
        foreach (var (name, kind) in new[]
        {
            ("socket", "socket"), ("folder", "folder"), ("zero", "device"), ("pipe", "pipe"), ("linked", "pipe"),
        })
        {
            string path = _folder[name];

            var refused = Assert.ThrowsExactly<IOException>(() => RegularFile.Open(path).Dispose());

            StringAssert.StartsWith(refused.Message, $"Cannot read '{path}': it is a {kind}, expected a regular file.");
        }
    }

    /// <summary>In time, for before they were refused none returned.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task Readers_RefuseAPipe()
    {
        string pipe = MakePipe();
        var context = new MLContext();
        foreach (var read in new Action[]
        {
            () => context.Model.LoadChecked(pipe, out _), () => context.Transforms.LoadSparseViT(pipe), () => ViTCheckpoint.Load(pipe),
            () => SweepJournal.ReadReport(pipe),
        })
        {
            var refused = await Assert.ThrowsExactlyAsync<IOException>(() => Task.Run(read).WaitAsync(Limit));
            StringAssert.StartsWith(refused.Message, $"Cannot read '{pipe}': it is a pipe");
        }
    }

    private string MakePipe()
    {
        using var make = Process.Start("mkfifo", [_folder["pipe"]]);
        make.WaitForExit();
        return _folder["pipe"];
    }
}
