using System.Runtime.Versioning;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Journal;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;
using Microsoft.ML.BlockPruning.Tests.Gates;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps;

/// <summary>Every damaged line ends in one message with the file and the line's number, for a report and for a sweep.</summary>
[TestClass]
public sealed class JournalDamageTests : IDisposable
{
    private const string Whole =
        """{"keep":0.5,"block":"8x8","criterion":"ObsPath","refit":"Feedback","fineTuneEpochs":0,"status":"completed","top1":0.8"""
        + ""","kl":0.1,"multiplyAdds":100,"bytes":300,"milliseconds":1,"seconds":2}""";

    private static readonly System.Text.RegularExpressions.Regex OneSentence =
        new(@"[^.]\. Nothing was changed; mend or remove the line, or begin anew with restart\.$");

    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder["sweep.jsonl"];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("\"keep\":0.5,", "", "keep", DisplayName = "a member is missing")]
    [DataRow("\"criterion\":\"ObsPath\"", "\"criterion\":null", "criterion", DisplayName = "null")]
    [DataRow("\"top1\":0.8", "\"top1\":null", "lacks one of", DisplayName = "a figure is null")]
    [DataRow("\"top1\":0.8", "\"top1\":0.8,\"top1\":0.8", "top1", DisplayName = "twice")]
    [DataRow("\"top1\":0.8", "\"top1\":0.8,\"x\":1,\"x\":1", "x", DisplayName = "twice, unknown")]
    [DataRow("ObsPath", "\\ud800", "", DisplayName = "half of a surrogate pair")]
    [DataRow("\"criterion\":", "\"\\udc00\":0,\"criterion\":", "", DisplayName = "half of a surrogate pair in a name")]
    [DataRow("\"kl\":0.1", "\"kl\":1e999", "kl", DisplayName = "beyond a double")]
    [DataRow("\"kl\":0.1", "\"kl\":-1", "kl", DisplayName = "divergence below zero")]
    [DataRow("\"kl\":0.1", "\"kl\":\"NaN\"", "kl", DisplayName = "NaN")]
    [DataRow("\"top1\":0.8", "\"top1\":1.5", "top1 is 1.5, expected 0 to 1")]
    [DataRow("\"top1\":0.8", "\"top1\":-0.5", "top1")]
    [DataRow("\"keep\":0.5", "\"keep\":0", "keep")]
    [DataRow("\"keep\":0.5", "\"keep\":1.01", "keep")]
    [DataRow("\"multiplyAdds\":100", "\"multiplyAdds\":-1", "multiplyAdds")]
    [DataRow("\"multiplyAdds\":100", "\"multiplyAdds\":9223372036854775808", "multiplyAdds")]
    [DataRow("\"bytes\":300", "\"bytes\":-300", "bytes")]
    [DataRow("\"bytes\":300", "\"bytes\":300.5", "bytes")]
    [DataRow("\"milliseconds\":1", "\"milliseconds\":1e400", "milliseconds")]
    [DataRow("\"seconds\":2", "\"seconds\":-2", "seconds")]
    [DataRow("\"fineTuneEpochs\":0", "\"fineTuneEpochs\":-1", "fineTuneEpochs")]
    [DataRow("\"fineTuneEpochs\":0", "\"calibrationImages\":0", "calibrationImages")]
    [DataRow("\"fineTuneEpochs\":0", "\"fineTuneEpochs\":2147483648", "fineTuneEpochs")]
    [DataRow("\"top1\":0.8", "\"top1\":0.8,\"top1Agreement\":1e999", "top1Agreement")]
    [DataRow("\"top1\":0.8", "\"top1\":0.8,\"top1Agreement\":-7", "top1Agreement is -7, expected 0 to 1. Nothing was changed; ")]
    [DataRow("\"top1\":0.8", "\"top1\":0.8,\"top1Agreement\":1.01", "top1Agreement")]
    [DataRow("\"top1\":0.8", "\"top1\":0.8,\"top1StandardError\":1e999", "top1StandardError")]
    [DataRow("\"top1\":0.8", "\"top1\":0.8,\"top1StandardError\":-0.1", "top1StandardError is -0.1, expected 0 to 1. Nothing was changed")]
    [DataRow("\"top1\":0.8", "\"top1\":0.8,\"top1StandardError\":1.01", "top1StandardError")]
    [DataRow("\"top1\":0.8", "\"top1\":0.8,\"imageKl\":[0.1,1e999]", "an imageKl is")]
    [DataRow("\"top1\":0.8", "\"top1\":0.8,\"imageKl\":[-1]", "an imageKl is -1, expected 0 or more")]
    [DataRow("\"top1\":0.8", "\"top1\":0.8,\"imageKl\":[\"NaN\"]", "imageKl")]
    [DataRow("\"top1\":0.8", "\"top1\":0.8,\"imageKl\":[null]", "imageKl")]
    [DataRow("\"top1\":0.8", "\"top1\":0.8,\"imageKl\":\"AAAA\"", "imageKl")]
    [DataRow("\"top1\":0.8", "\"top1\":0.8,\"imageKl\":[]", "the number of imageKl is 0, expected 1 to 128")]
    [DataRow("\"status\":\"completed\"", "\"status\":\"stopped\"", "a stopped trial lacks its stopReason")]
    [DataRow("\"block\":\"8x8\"", "\"block\":\"65536x65536\"", "block is 65536x65536, expected at most 2147483591 weights. Nothing")]
    [DataRow("\"block\":\"8x8\"", "\"block\":\"2147483647x2147483647\"", "block")]
    [DataRow("\"status\":\"completed\"", "\"status\":\"done\"", "status")]
    [DataRow("\"status\":\"completed\"", "\"status\":7", "status")]
    [DataRow("\"block\":\"8x8\"", "\"block\":\"0x8\"", "block")]
    [DataRow("\"block\":\"8x8\"", "\"block\":8", "block")]
    [DataRow("\"block\":\"8x8\"", "\"block\":null", "block")]
    [DataRow(Whole, "[1]", "")]
    [DataRow(Whole, "7", "")]
    [DataRow(Whole, "null", "")]
    [DataRow(Whole, "\"text\"", "")]
    [DataRow(Whole, "{", "")]
    [DataRow(Whole, "{\"final\":null}", "")]
    [DataRow(Whole, "{\"final\":[]}", "")]
    [DataRow(Whole, "{\"reference\":\"dense\",\"top1\":2}", "top1")]
    [DataRow(Whole, "{\"reference\":\"dense\",\"images\":-1}", "images")]
    [DataRow(Whole, "{\"reference\":\"dense\",\"bytes\":1e999}", "bytes")]
    [DataRow(Whole, "{\"journal\":\"blockpruning-sweep\",\"version\":2}", "identity")]
    [DataRow(Whole, "{\"journal\":\"blockpruning-sweep\",\"version\":2,\"identity\":null,\"session\":null}", "")]
    public void Read_NamesTheLineThatIsDamaged(string part, string by, string says)
    {
        Assert.Contains(part, Whole);
        string damaged = Whole.Replace(part, by, StringComparison.Ordinal);

        AssertRefused($"{Header()}\n{Whole}\n\n{damaged}\n{Whole}\n", line: 4, says); // the blank line counts
    }

    [TestMethod]
    public void Read_NamesTheLineThatHasTheAnswersOfMoreImagesThanAnyTrialKeeps()
    {
        string answers = string.Join(",", Enumerable.Repeat("0.5", 129));

        AssertRefused(
            $"{Header()}\n{Whole.Replace("\"top1\":0.8", $"\"top1\":0.8,\"imageKl\":[{answers}]", StringComparison.Ordinal)}\n", line: 2,
            "the number of imageKl is 129, expected 1 to 128");
    }

    [TestMethod]
    public void Read_NamesALineOfDeepNestingAndOneThatIsNoUtf8()
    {
        string deep = Whole.Replace("0.5", new string('[', 5000) + new string(']', 5000), StringComparison.Ordinal);
        AssertRefused($"{Header()}\n{deep}\n", line: 2, "");

        File.WriteAllBytes(FilePath, [.. System.Text.Encoding.UTF8.GetBytes($"{Header()}\n"), (byte)'"', 0xff, (byte)'"', (byte)'\n']);
        AssertRefused(line: 2, "UTF-8");
    }

    [TestMethod]
    [DataRow("no-identity", 1, "identity")]
    [DataRow("duplicate-key", 2, "top1")]
    public void Read_NamesTheLineOfTheJournalsThatFailed(string name, int line, string says) =>
        AssertRefused(File.ReadAllText(Path.Combine(RepositoryFiles.Root, $"test/Cases/journals/journal-{name}.jsonl")), line, says);

    [TestMethod]
    public void Read_TakesWhatAnEditorAdds()
    {
        File.WriteAllText(FilePath, $"\ufeff{Header()}\r\n\r\n   \r\n{Whole}\r\n");

        Assert.HasCount(1, SweepJournal.ReadReport(FilePath, 0.01).Trials);
        using var journal = Open(ResumeMode.Resume);
        Assert.AreEqual(1, journal.Count);
    }

    [TestMethod]
    public void Open_BeginsADamagedJournalAnewWhereItIsTold()
    {
        File.WriteAllText(FilePath, $"{Header()}\n{{\"keep\":7}}\n");

        using (var journal = Open(ResumeMode.Restart))
        {
            Assert.AreEqual(0, journal.Count);
        }

        Assert.HasCount(1, File.ReadAllLines(FilePath));
        CollectionAssert.AreEquivalent(new[] { "sweep.jsonl", "sweep.jsonl.lock" }, _folder.Names.ToArray());
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
    [UnsupportedOSPlatform("windows")]
    public void Open_KeepsModeAndLinkOfAJournalThatItBeginsAnew()
    {
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.WriteAllText(FilePath, $"{Header()}\n", System.Text.Encoding.UTF8);
        File.SetUnixFileMode(FilePath, mode);
        File.CreateSymbolicLink(_folder["link"], FilePath);

        TrialJournal.Open(_folder["link"], SweepToys.Identity, SweepToys.Session, ResumeMode.Restart).Dispose();

        Assert.AreEqual(mode, File.GetUnixFileMode(FilePath));
        Assert.AreEqual(FilePath, new FileInfo(_folder["link"]).LinkTarget);
    }

    [TestMethod]
    [DataRow("""{"reference":"x","top1":1.5}""")]
    [DataRow("""{"reference":"x","top1":0.5,"top1":0.5}""")]
    [DataRow("""{"reference":"\ud800"}""")]
    [DataRow("""{"reference":"x","milliseconds":1e999}""")]
    [DataRow("""{"reference":"x","bytes":-1}""")]
    [DataRow("""{"reference":null}""")]
    [DataRow("[[]]")]
    public void References_NameTheLineThatIsDamaged(string line)
    {
        File.WriteAllText(FilePath, $"\n{line}\n");

        var error = Assert.ThrowsExactly<InvalidDataException>(() => ReferenceFile.Read(FilePath, dense: null));

        StringAssert.StartsWith(error.Message, $"Line 2 of '{FilePath}'");
        StringAssert.Matches(error.Message, new System.Text.RegularExpressions.Regex(@"[^.]\. Expected lines such as "));
    }

    private static string Header() => JournalLine.Of(JournalHeader.Of(SweepToys.Identity, SweepToys.Session));

    private void AssertRefused(string content, int line, string says)
    {
        File.WriteAllText(FilePath, content);
        AssertRefused(line, says);
    }

    private void AssertRefused(int line, string says)
    {
        byte[] before = File.ReadAllBytes(FilePath);
        foreach (var read in new Action[]
        {
            () => SweepJournal.ReadReport(FilePath, 0.01), () => Open(ResumeMode.Resume).Dispose(),
            () => Open(ResumeMode.RetryErrored).Dispose(),
        })
        {
            string message = Assert.ThrowsExactly<InvalidDataException>(read).Message;
            StringAssert.StartsWith(message, $"Line {line} of the journal '{FilePath}' is damaged: ");
            StringAssert.Contains(message, says);
            StringAssert.Matches(message, OneSentence);
        }

        CollectionAssert.AreEqual(before, File.ReadAllBytes(FilePath), "nothing was changed");
    }

    private TrialJournal Open(ResumeMode mode) => TrialJournal.Open(FilePath, SweepToys.Identity, SweepToys.Session, mode);
}
