using System.Diagnostics;
using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>Sweeps of the tool in a process of its own, which alone can start itself again.</summary>
[TestClass]
public sealed class SweepProcessTests
{
    [TestMethod]
    public void Sweep_RunsTrialsInAChildProcessWithTheSameFigures()
    {
        using var folder = new TemporaryFolder();
        string[] sweep =
        [
            "sweep", "--model", TinyNetwork.Save(folder, classes: 3),
            "--images", TinyNetwork.SaveImages(folder, perClass: 10, ["ant", "bee", "cat"]),
            "--keep", "0.8,0.6", "--block", "8x8", "--final-refit", "feedback", "--json",
        ];

        using var here = Run(sweep);
        using var there = Run([.. sweep, "--executor", "child-process", "--memory-limit", "8192"]);

        CollectionAssert.AreEqual(Figures(here), Figures(there));
    }

    [TestMethod]
    public void Sweep_OnTwoWorkersGivesTheFiguresOfOne()
    {
        using var folder = new TemporaryFolder();
        string[] sweep =
        [
            "sweep", "--model", TinyNetwork.Save(folder, classes: 3),
            "--images", TinyNetwork.SaveImages(folder, perClass: 10, ["ant", "bee", "cat"]),
            "--keep", "0.8,0.6,0.5", "--block", "8x8,8x4", "--final-refit", "feedback", "--json",
        ];

        using var one = Run([.. sweep, "--workers", "1"]);
        using var two = Run([.. sweep, "--workers", "2"]);

        CollectionAssert.AreEqual(Figures(one), Figures(two));
    }

    [TestMethod]
    [DataRow("--executor", "child-process")]
    [DataRow("--workers", "2")]
    public void Sweep_ThatIsKilledLeavesNoWorkerAndNoFilesBehind(string option, string value)
    {
        using var folder = new TemporaryFolder();
        string temporary = Directory.CreateDirectory(folder.File("temporary")).FullName, journal = folder.File("sweep.jsonl");
        string[] sweep =
        [
            "sweep", "--model", TinyNetwork.Save(folder, classes: 3),
            "--images", TinyNetwork.SaveImages(folder, perClass: 10, ["ant", "bee", "cat"]),
            "--keep", "0.8,0.7,0.6,0.5", "--block", "8x8", option, value, "--journal", journal,
        ];
        using (var tool = Start(sweep, temporary))
        {
            WaitFor(() => File.Exists(journal) && Read(journal).Contains("\"status\"", StringComparison.Ordinal));
            tool.Kill();
        }

        WaitFor(() => Directory.GetDirectories(temporary, "blockpruning-sweep-*").Length == 0);
    }

    private static string Read(string journal)
    {
        using var file = new StreamReader(new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return file.ReadToEnd();
    }

    private static void WaitFor(Func<bool> condition) =>
        Assert.IsTrue(SpinWait.SpinUntil(condition, TimeSpan.FromMinutes(1)), "it did not come to pass within a minute");

    [TestMethod]
    public void Sweep_InChildProcessesSaysWhatAProgramLacksThatDoesNotHandItselfOver()
    {
        using var folder = new TemporaryFolder();

        // In the tests' process, whose Main knows of no worker.
        var run = CliRun.Of(
            "sweep", "--model", TinyNetwork.Save(folder, classes: 3),
            "--images", TinyNetwork.SaveImages(folder, perClass: 10, ["ant", "bee", "cat"]), "--executor", "child-process");

        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "SweepWorker.TryRun");
    }

    private static Process Start(string[] arguments, string? temporary = null)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { "exec", Path.Combine(AppContext.BaseDirectory, "blockprune.dll") },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        if (temporary is not null)
        {
            start.Environment["TMPDIR"] = temporary;
        }

        return Process.Start(start)!;
    }

    private static JsonDocument Run(string[] arguments)
    {
        using var tool = Start(arguments);
        var error = tool.StandardError.ReadToEndAsync();
        string output = tool.StandardOutput.ReadToEnd();
        tool.WaitForExit();
        Assert.AreEqual(0, tool.ExitCode, error.Result);
        return JsonDocument.Parse(output);
    }

    private static string[] Figures(JsonDocument answer) =>
    [
        .. from trial in answer.RootElement.GetProperty("trials").EnumerateArray()
           select string.Join(' ', new[] { "keep", "block", "refit", "status", "top1", "kl", "multiplyAdds", "bytes" }
               .Select(name => trial.GetProperty(name).ToString())),
    ];
}
