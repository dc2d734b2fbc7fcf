using System.Diagnostics;
using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>What only a process of its own shows: signals, limits of the system, completion.</summary>
[TestClass]
public sealed class ProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
    public void Sweep_KeepsItsFinishedTrialsOnCtrlCAndGoesOnFromThem()
    {
        string journal = _folder.File("sweep.jsonl");
        string keeps = string.Join(',', Enumerable.Range(0, 60).Select(i => FormattableString.Invariant($"{0.9 - (i * 0.005):F3}")));
        string[] sweep =
        [
            "sweep", "--model", TinyNetwork.Save(_folder, classes: 3),
            "--images", TinyNetwork.SaveImages(_folder, perClass: 10, "ant", "bee", "cat"),
            "--keep", keeps, "--block", "8x8", "--refit", "none", "--journal", journal,
        ];
        using var run = SampleProcess.Start("blockprune", _folder.Path, sweep);
        var patience = Stopwatch.StartNew();
        while (Trials(journal).Count < 2 && patience.Elapsed < TimeSpan.FromMinutes(5))
        {
            Thread.Sleep(20);
        }

        run.Interrupt();
        var (exitCode, _, error) = run.WaitForExit();

        var kept = Trials(journal);
        Assert.AreEqual(130, exitCode, error);
        Assert.IsTrue(kept.Count is >= 2 and < 60, $"{kept.Count} trials");
        StringAssert.Contains(error, $"{kept.Count} finished trials are kept");

        Assert.AreEqual(0, CliRun.Of(sweep).ExitCode);
        var all = Trials(journal);
        CollectionAssert.AreEqual(kept, all[..kept.Count]);
        Assert.HasCount(60, all.Distinct().ToList(), "each trial once");
        Assert.HasCount(60, all);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void FullDisk_LeavesTheOldFileAndNothingElse()
    {
        string zip = _folder.File("pruned.zip"), target = Path.Combine(_folder.Path, "out", "network.safetensors");
        var pruned = CliRun.Of(
            "prune", "--model", TinyNetwork.Save(_folder, classes: 3),
            "--images", TinyNetwork.SaveImages(_folder, perClass: 3, "ant", "bee", "cat"), "--block", "8x8", "--output", zip);
        Assert.AreEqual(0, pruned.ExitCode, pruned.Error);
        string network = _folder.File("bsr.safetensors"); // ML.NET would unpack the zip into temporary files
        Assert.AreEqual(0, CliRun.Of("export", zip, network).ExitCode);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.WriteAllText(target, "old");

        string error = FailWithFullDisk("export", network, target, "--format", "dense");

        StringAssert.StartsWith(error, "Error: "); // .NET reports this limit, unlike a full disk, without being an IOException
        Assert.DoesNotContain("   at ", error, "a user gets no stack trace");
        Assert.AreEqual("old", File.ReadAllText(target));
        Assert.HasCount(1, Directory.GetFileSystemEntries(Path.GetDirectoryName(target)!));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void FullDisk_LeavesTheJournalWithWholeTrialsThatTheNextSweepGoesOnFrom()
    {
        string journal = _folder.File("sweep.jsonl");
        string[] sweep =
        [
            "sweep", "--model", TinyNetwork.Save(_folder, classes: 3),
            "--images", TinyNetwork.SaveImages(_folder, perClass: 10, "ant", "bee", "cat"),
            "--keep", "0.9,0.88,0.86,0.84,0.82,0.8,0.78,0.76,0.74,0.72,0.7,0.68", "--block", "8x8", "--refit", "none", "--journal", journal,
        ];
        string error = FailWithFullDisk(sweep);

        StringAssert.StartsWith(error.Split('\n')[^2], $"Error: Cannot write to the journal '{journal}'");
        StringAssert.Contains(error, "The trials before are safe");
        Assert.DoesNotContain("   at ", error, "a user gets no stack trace");
        StringAssert.EndsWith(File.ReadAllText(journal), "\n", StringComparison.Ordinal, "no line is half-written");
        var kept = Trials(journal);
        Assert.IsTrue(kept.Count is > 2 and < 12, $"{kept.Count} trials");

        Assert.AreEqual(0, CliRun.Of(sweep).ExitCode);
        CollectionAssert.AreEqual(kept, Trials(journal)[..kept.Count]);
        Assert.HasCount(12, Trials(journal));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
    public void Device_IsNotReplacedByAFile()
    {
        var (exitCode, _, error) = SampleProcess.Run("blockprune", _folder.Path, "prune", "--bundled", "--output", "/dev/null");

        Assert.AreEqual(1, exitCode);
        StringAssert.Contains(error, "it is a device");
    }

    [TestMethod]
    [DataRow("pr", "prune", "sweep")]
    [DataRow("prune --ima", "--images", "--keep")]
    [DataRow("prune --criterion ", "obs-path", "fail")]
    [DataRow("evaluate --unreadable s", "skip", "fail")]
    public void Suggest_AnswersWhatCouldComeNext(string line, string comes, string doesNot)
    {
        var run = CliRun.Of($"[suggest:{line.Length}]", line);

        Assert.AreEqual(0, run.ExitCode, run.Error);
        string[] answers = run.Output.Split('\n', StringSplitOptions.TrimEntries);
        CollectionAssert.Contains(answers, comes);
        CollectionAssert.DoesNotContain(answers, doesNot);
    }

    // A limit of 4 KiB on every file stands for the disk; .NET asks for none of its own with W^X off.
    private static string FailWithFullDisk(params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "blockprune");
        var start = new ProcessStartInfo("bash", ["-c", "trap '' XFSZ; ulimit -f 4; exec \"$0\" \"$@\"", program, .. arguments])
        {
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using var process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(1, process.ExitCode, error);
        return error;
    }

    private static List<string> Trials(string journal)
    {
        if (!File.Exists(journal))
        {
            return [];
        }

        using var reader = new StreamReader(new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n')[..^1] // what follows the last line end is not yet whole
            .Where(line => JsonDocument.Parse(line).RootElement.TryGetProperty("status", out _))];
    }
}
