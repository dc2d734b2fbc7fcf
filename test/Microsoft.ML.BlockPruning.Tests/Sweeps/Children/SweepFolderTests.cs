using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Children;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Children;

/// <summary>A worker is told its folder by a command line, which anybody can write.</summary>
[TestClass]
public sealed class SweepFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Delete_TakesAFolderThatASweepMade()
    {
        var made = SweepFolder.Create();
        File.WriteAllText(Path.Combine(made.FullName, "network"), "large");

        SweepFolder.Delete(made.FullName + "/");

        Assert.IsFalse(Directory.Exists(made.FullName));
    }

    [TestMethod]
    public void TryRun_TouchesNoFolderOfAnybodyElse()
    {
        Directory.CreateDirectory(_folder["blockpruning-sweep-notes"]); // the name alone
        File.WriteAllText(_folder["blockpruning-sweep-notes/mine"], "mine");
        var unmarked = Directory.CreateTempSubdirectory("blockpruning-sweep-"); // name and place
        File.WriteAllText(Path.Combine(unmarked.FullName, "mine"), "mine");
        var made = SweepFolder.Create();
        string link = Path.Combine(Path.GetTempPath(), $"blockpruning-sweep-{Guid.NewGuid():N}");
        try
        {
            Directory.Move(made.FullName, _folder["blockpruning-sweep-moved"]); // name and mark, elsewhere
            Directory.CreateSymbolicLink(link, _folder["blockpruning-sweep-moved"]);
            foreach (string folder in new[]
            {
                _folder["."], _folder["blockpruning-sweep-notes"], _folder["blockpruning-sweep-moved"], _folder["none"], unmarked.FullName,
                link, link + "/", Path.GetTempPath(), "/", ".", "",
            })
            {
                Assert.Throws<Exception>(() => SweepWorker.TryRun(["--blockpruning-sweep-worker", "1", "2", folder]), folder);
            }

            Assert.AreEqual("mine", File.ReadAllText(_folder["blockpruning-sweep-notes/mine"]));
            Assert.IsTrue(File.Exists(Path.Combine(unmarked.FullName, "mine")));
            Assert.IsTrue(Directory.Exists(_folder["blockpruning-sweep-moved"]));
            StringAssert.Contains(
                Assert.ThrowsExactly<InvalidDataException>(
                    () => SweepWorker.TryRun(["--blockpruning-sweep-worker", "1", "2", _folder["blockpruning-sweep-notes"]])).Message,
                "no folder of a sweep");
        }
        finally
        {
            File.Delete(link);
            unmarked.Delete(recursive: true);
        }
    }

    [TestMethod]
    public void TryRun_WithHandlesThatAreNoPipesFailsAndKeepsTheFolder()
    {
        var made = SweepFolder.Create();

        Assert.Throws<IOException>(() => SweepWorker.TryRun(["--blockpruning-sweep-worker", "x", "y", made.FullName]));

        Assert.IsTrue(made.Exists);
        SweepFolder.Delete(made.FullName);
    }

    [TestMethod]
    [DataRow("{\"keep\":0.5}")]
    [DataRow("null")]
    [DataRow("no JSON")]
    [DataRow("{\"step\":{\"stage\":\"none\",\"done\":1,\"total\":1,\"shot\":1,\"shots\":1}}")]
    public void Pipe_RefusesWhatIsNoMessage(string line)
    {
        using var input = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
        using var pipe = new ChildPipe(input, new MemoryStream());

        var error = line.StartsWith("{\"step", StringComparison.Ordinal)
            ? Assert.ThrowsExactly<InvalidDataException>(() => pipe.Read<ChildReply>())
            : Assert.ThrowsExactly<InvalidDataException>(() => pipe.Read<Trial>());

        StringAssert.Contains(error.Message, "no message");
    }

    [TestMethod]
    public void Pipe_RefusesALineWithoutEnd()
    {
        byte[] endless = new byte[ChildPipe.MaximumLength + 2];
        endless.AsSpan().Fill((byte)' ');
        using var pipe = new ChildPipe(new MemoryStream(endless), new MemoryStream());

        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => pipe.Read<Trial>()).Message, "more than");
    }

    [TestMethod]
    [DataRow("{\"calibration\":2147483647,\"validation\":1,\"seed\":1,\"threads\":1}", "calibration.f32")]
    [DataRow("{\"calibration\":-1,\"validation\":1,\"seed\":1,\"threads\":1}", "subject.json")]
    [DataRow("{\"calibration\":1}", "subject.json")]
    [DataRow("null", "subject.json")]
    public void Read_OfASubjectChecksCountsBeforeItTakesMemory(string facts, string names)
    {
        var config = TestNetworks.Config();
        float[] image = new float[config.ImageDim];
        var images = new Microsoft.ML.BlockPruning.Calibration.CalibrationSet(ViT.Of(config), image, 1, [0]);
        SubjectFolder.Write(
            new SweepSubject(
                TestNetworks.Weights(config), images, images, TestNetworks.Preprocessing(), ["a", "b", "c"], Seed: 1, Threads: 1),
            _folder["."]);
        File.WriteAllText(_folder["subject.json"], facts);

        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => SubjectFolder.Read(_folder["."])).Message, names);
    }

    [TestMethod]
    [DataRow("{}")]
    [DataRow("{\"allocation\":7}")]
    [DataRow("[")]
    public void Read_OfARequestNamesTheFile(string content)
    {
        File.WriteAllText(_folder["request.json"], content);

        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => RequestFile.Read(_folder["."])).Message, "request.json");
    }
}
