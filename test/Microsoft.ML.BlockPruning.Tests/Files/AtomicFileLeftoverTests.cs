using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests.Files;

/// <summary>What killed writers leave, and writers at once.</summary>
[TestClass]
public sealed class AtomicFileLeftoverTests : IDisposable
{
    private const string Target = "model.zip";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Write_RemovesWhatAKilledWriterOfThisTargetLeft()
    {
        File.WriteAllText(_folder[AsideNameOf(Target)], "half a mod");
        File.WriteAllText(_folder[AsideNameOf(Target)], "half another");

        Write(Target);

        CollectionAssert.AreEqual(new[] { Target }, _folder.Names.ToArray());
    }

    [TestMethod]
    public void Write_LeavesWhatIsNotALeftoverOfThisTarget()
    {
        string leftover = AsideNameOf(Target);
        string[] others =
        [
            AsideNameOf("other.zip"), AsideNameOf("del.zip"), leftover + "x", "x" + leftover, leftover.ToUpperInvariant(),
            $"{Target}.tmp", $"{Target}.1234.tmp", $"{Target}.0123456789abcdef0123456789abcdef.tmp", $"{Target}.backup", $".{Target}.tmp",
        ];
        Array.ForEach(others, name => File.WriteAllText(_folder[name], "mine"));
        Directory.CreateDirectory(_folder[AsideNameOf(Target)]);

        Write(Target);

        foreach (string name in others)
        {
            Assert.AreEqual("mine", File.ReadAllText(_folder[name]), name);
        }

        Assert.HasCount(1, Directory.GetDirectories(_folder["."]));
    }

    [TestMethod]
    public void Write_LeavesTheFileOfAWriterThatIsAlive_AndTheLastOneWins()
    {
        AtomicFile.Write(_folder[Target], slow =>
        {
            slow.Write("slow"u8);
            Write(Target, "quick");
            Assert.AreEqual("quick", File.ReadAllText(_folder[Target]));
        });

        Assert.AreEqual("slow", File.ReadAllText(_folder[Target]));
        CollectionAssert.AreEqual(new[] { Target }, _folder.Names.ToArray());
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
    public void Write_LeavesALinkOfALeftoversName()
    {
        File.WriteAllText(_folder["victim"], "mine");
        File.CreateSymbolicLink(_folder[AsideNameOf(Target)], "victim");

        Write(Target);

        Assert.AreEqual("mine", File.ReadAllText(_folder["victim"]));
        Assert.HasCount(3, _folder.Names);
    }

    [TestMethod]
    public void Write_FromManyThreadsAtOnceAlwaysSucceeds_AndReadersSeeWholeFiles()
    {
        Write(Target, new string('a', 10_000));
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, writer =>
        {
            for (int i = 0; i < 20; i++)
            {
                Write(Target, new string((char)('a' + writer), 10_000 + writer));
                string read = File.ReadAllText(_folder[Target]);
                Assert.HasCount(1, read.Distinct().ToArray());
                Assert.AreEqual(10_000 + (read[0] - 'a'), read.Length);
            }
        });

        CollectionAssert.AreEqual(new[] { Target }, _folder.Names.ToArray());
    }

    [TestMethod]
    public void Write_TakesAStreamThatWasClosed()
    {
        AtomicFile.Write(_folder[Target], stream =>
        {
            using var writer = new StreamWriter(stream);
            writer.Write("closed");
        });

        Assert.AreEqual("closed", File.ReadAllText(_folder[Target]));
    }

    [TestMethod]
    public void RequireWritable_LeavesNothingBehind()
    {
        AtomicFile.RequireWritable(_folder[Target]);

        Assert.IsEmpty(_folder.Names);
    }

    [TestMethod]
    public void RequireWritable_RefusesAFolderAndAMissingFolder()
    {
        Directory.CreateDirectory(_folder["d"]);

        StringAssert.Contains(Refused(_folder["d"]), "is a folder");
        StringAssert.Contains(Refused(_folder["d"] + "/"), "is a folder");
        StringAssert.Contains(Refused(_folder["none/model"]), "there is no folder");
    }

    private static string Refused(string path) => Assert.ThrowsExactly<IOException>(() => AtomicFile.RequireWritable(path)).Message;

    // A name that a writer really takes, and that nobody holds any more.
    private string AsideNameOf(string target)
    {
        string name = "";
        using var apart = new TemporaryFolder();
        AtomicFile.Write(apart[target], _ => name = apart.Names.Single());
        Assert.IsFalse(File.Exists(_folder[name]));
        return name;
    }

    private void Write(string name, string text = "new") =>
        AtomicFile.Write(_folder[name], stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
