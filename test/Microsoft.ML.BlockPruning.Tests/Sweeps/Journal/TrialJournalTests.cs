using System.Text.Json;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Journal;

[TestClass]
public sealed class TrialJournalTests
{
    private DirectoryInfo _folder = null!;

    private string FilePath => Path.Combine(_folder.FullName, "sweep.jsonl");

    [TestInitialize]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("blockpruning-tests-");

    [TestCleanup]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [TestMethod]
    public void Append_WritesLinesThatStandOnTheirOwnInFullPrecision()
    {
        using (var journal = Open())
        {
            journal.Append(SweepToys.Result(SweepToys.Trial(1.0 / 3), top1: 2.0 / 3, multiplyAdds: 123));
            journal.Append(TrialResult.FailureOf(SweepToys.Trial(0.01), "too little", 1));
        }

        string[] lines = File.ReadAllLines(FilePath);
        Assert.HasCount(3, lines);
        using var completed = JsonDocument.Parse(lines[1]);
        Assert.AreEqual(1.0 / 3, completed.RootElement.GetProperty("keep").GetDouble());
        Assert.AreEqual(2.0 / 3, completed.RootElement.GetProperty("top1").GetDouble());
        Assert.AreEqual("8x8", completed.RootElement.GetProperty("block").GetString());
        Assert.AreEqual("completed", completed.RootElement.GetProperty("status").GetString());
        Assert.AreEqual(Environment.MachineName, completed.RootElement.GetProperty("session").GetProperty("machine").GetString());
        using var failed = JsonDocument.Parse(lines[2]);
        Assert.AreEqual("failed", failed.RootElement.GetProperty("status").GetString());
        Assert.AreEqual("too little", failed.RootElement.GetProperty("error").GetString());
    }

    [TestMethod]
    [DataRow(ResumeMode.Resume, true, true)]
    [DataRow(ResumeMode.RetryErrored, true, false)]
    [DataRow(ResumeMode.Restart, false, false)]
    public void Open_TakesWhatTheModeSays(ResumeMode mode, bool takesCompleted, bool takesFailed)
    {
        Fill();

        using var journal = Open(mode);

        Assert.AreEqual(takesCompleted, journal.Find(SweepToys.Trial(0.5)) is not null);
        Assert.AreEqual(takesFailed, journal.Find(SweepToys.Trial(0.01)) is not null);
    }

    [TestMethod]
    public void Open_TakesTheLastResultOfATrialThatWasTriedAgain()
    {
        Fill();
        using (var again = Open(ResumeMode.RetryErrored))
        {
            again.Append(SweepToys.Result(SweepToys.Trial(0.01), 0.5, 1));
        }

        using var journal = Open();

        Assert.IsTrue(journal.Find(SweepToys.Trial(0.01))!.IsCompleted);
    }

    [TestMethod]
    public void AppendFinal_StandsApartFromTheTrials()
    {
        var trial = SweepToys.Trial(0.5) with { Refit = PruneRefit.Reconstruction };
        using (var journal = Open())
        {
            journal.AppendFinal(SweepToys.Result(trial, top1: 2.0 / 3, multiplyAdds: 123));
        }

        using (var again = Open())
        {
            Assert.AreEqual(2.0 / 3, again.FindFinal(trial)!.Top1);
            Assert.IsNull(again.Find(trial));
            Assert.AreEqual(0, again.Count);
        }

        using var line = JsonDocument.Parse(File.ReadAllLines(FilePath)[1]);
        Assert.IsFalse(line.RootElement.TryGetProperty("keep", out _), "who counts trials by their lines does not count it");
        Assert.AreEqual("Reconstruction", line.RootElement.GetProperty("final").GetProperty("refit").GetString());
    }

    [TestMethod]
    public void Open_CutsOffAHalfWrittenLineAnywhereAndSaysSo()
    {
        Fill();
        byte[] whole = File.ReadAllBytes(FilePath);
        int lastLine = Array.LastIndexOf(whole, (byte)'\n', whole.Length - 2) + 1;
        for (int length = lastLine + 1; length < whole.Length; length += 7)
        {
            File.WriteAllBytes(FilePath, whole[..length]);

            using (var journal = Open())
            {
                Assert.HasCount(1, journal.Notes);
                StringAssert.Contains(journal.Notes[0], "half-written");
                Assert.AreEqual(1, journal.Count);
                journal.Append(TrialResult.FailureOf(SweepToys.Trial(0.01), "too little", 1));
            }

            using var next = Open();
            Assert.IsEmpty(next.Notes);
            Assert.AreEqual(2, next.Count);
        }
    }

    [TestMethod]
    public void Open_BeginsAnewWhereOnlyAPartOfTheFirstHeaderWasWritten()
    {
        Fill();
        File.WriteAllBytes(FilePath, File.ReadAllBytes(FilePath)[..30]);

        using (var journal = Open())
        {
            Assert.HasCount(1, journal.Notes);
        }

        Assert.HasCount(1, File.ReadAllLines(FilePath));
    }

    [TestMethod]
    [DataRow("a line\n")]
    [DataRow("no line end")]
    [DataRow("{\"keep\":0.5}\n")]
    [DataRow("[1]\n")]
    public void Open_LeavesAFileAloneThatIsNoJournal(string content)
    {
        File.WriteAllText(FilePath, content);

        foreach (var mode in Enum.GetValues<ResumeMode>())
        {
            var error = Assert.ThrowsExactly<InvalidDataException>(() => Open(mode).Dispose());
            StringAssert.Contains(error.Message, "no journal");
        }

        Assert.AreEqual(content, File.ReadAllText(FilePath));
    }

    [TestMethod]
    public void Open_RefusesTheJournalOfAnotherSweepAndSaysInWhatItDiffers()
    {
        Fill();
        byte[] before = File.ReadAllBytes(FilePath);
        foreach (var (other, says) in new[]
        {
            (SweepToys.Identity with { Model = "cccc" }, "the model (it has aaaa, this sweep cccc)"),
            (SweepToys.Identity with { Data = "cccc" }, "the images"),
            (SweepToys.Identity with { Seed = 2 }, "the seed (it has 1, this sweep 2)"),
            (SweepToys.Identity with { Library = "9.9" }, "the library's version"),
            (SweepToys.Identity with { Method = "Uniform" }, "the method"),
        })
        {
            var error = Assert.ThrowsExactly<InvalidDataException>(
                () => TrialJournal.Open(FilePath, other, SweepToys.Session, ResumeMode.Resume).Dispose());
            StringAssert.Contains(error.Message, says);
        }

        CollectionAssert.AreEqual(before, File.ReadAllBytes(FilePath));
    }

    [TestMethod]
    public void Open_RefusesAnotherVersionAndADamagedLine()
    {
        Fill();
        string[] lines = File.ReadAllLines(FilePath);
        File.WriteAllText(FilePath, lines[0].Replace("\"version\":2", "\"version\":1", StringComparison.Ordinal) + "\n");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Open().Dispose()).Message, "version 1");

        File.WriteAllText(FilePath, $"{lines[0]}\n{lines[1][..20]}\n{lines[2]}\n");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Open().Dispose()).Message, "Line 2");
    }

    [TestMethod]
    public void Open_RefusesASecondSweepAndSaysWhoHasIt()
    {
        using (Open())
        {
            var error = Assert.ThrowsExactly<IOException>(() => Open().Dispose());

            StringAssert.Contains(error.Message, $"process {Environment.ProcessId} on {Environment.MachineName}");
            Assert.HasCount(1, File.ReadAllLines(FilePath), "readers are welcome");
        }

        Open().Dispose();
    }

    [TestMethod]
    public void Open_SaysWhichFolderIsMissing() => StringAssert.Contains(
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => TrialJournal.Open(
            Path.Combine(_folder.FullName, "none", "x.jsonl"), SweepToys.Identity, SweepToys.Session, ResumeMode.Resume)).Message,
        "none");

    private TrialJournal Open(ResumeMode mode = ResumeMode.Resume) =>
        TrialJournal.Open(FilePath, SweepToys.Identity, SweepToys.Session, mode);

    private void Fill()
    {
        using var journal = Open();
        journal.Append(SweepToys.Judge(SweepToys.Trial(0.5)));
        journal.Append(TrialResult.FailureOf(SweepToys.Trial(0.01), "too little", 1));
    }
}
