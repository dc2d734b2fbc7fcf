using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>eng/bench.sh with a <c>dotnet</c> that only says how it was called.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
public sealed partial class BenchScriptTests : IDisposable
{
    private const string Benchmarks = "test/Microsoft.ML.BlockPruning.Benchmarks";

    private readonly TemporaryFolder _folder = new();

    public BenchScriptTests()
    {
        File.WriteAllText(_folder["dotnet"], "#!/usr/bin/env bash\necho \"$@\"\n");
        using var executable = Process.Start("chmod", ["+x", _folder["dotnet"]]);
        executable.WaitForExit();
    }

    // Verbs of the program that nobody is to call are hidden.
    private static IEnumerable<string> VerbsOfTheProgram =>
        from file in RepositoryFiles.Below(Benchmarks, "*Command.cs")
        let text = string.Join('\n', RepositoryFiles.ReadLines(file))
        where !text.Contains("Hidden = true", StringComparison.Ordinal)
        from Match verb in Verb().Matches(text)
        select verb.Groups["verb"].Value;

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Verbs_AreThoseOfTheProgram()
    {
        var (exitCode, output, error) = Run();

        var listed = Listed().Matches(error).Select(verb => verb.Groups["verb"].Value);
        Assert.AreEqual(string.Join('\n', VerbsOfTheProgram.Order(StringComparer.Ordinal)), string.Join('\n', listed));
        Assert.AreEqual("", output, "Nothing is built.");
        Assert.AreEqual(2, exitCode);
    }

    [TestMethod]
    public void Verb_ThatIsUnknownIsRefusedWithTheList()
    {
        var (exitCode, output, error) = Run("kernel");

        StringAssert.StartsWith(error, "There is no verb 'kernel'.\n");
        StringAssert.Contains(error, "\n  kernels ");
        Assert.AreEqual("", output, "Nothing is built.");
        Assert.AreEqual(2, exitCode);
    }

    [TestMethod]
    public void Verb_RunsTheProgramWithTheOptions()
    {
        foreach (string verb in VerbsOfTheProgram)
        {
            var (exitCode, output, _) = Run(verb, "--json", "two words.json");

            string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            StringAssert.Matches(lines[^1], new Regex($@"/Microsoft\.ML\.BlockPruning\.Benchmarks\.dll {verb} .*--json two words\.json$"));
            Assert.AreEqual(verb.StartsWith("sweep", StringComparison.Ordinal), lines[^1].Contains("--tool", StringComparison.Ordinal));
            Assert.AreEqual(0, exitCode);
        }
    }

    [GeneratedRegex("""\bCommand\(\s*"(?<verb>[a-z-]+)",""")]
    private static partial Regex Verb();

    [GeneratedRegex(@"^  (?<verb>[a-z-]+) ", RegexOptions.Multiline)]
    private static partial Regex Listed();

    private (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(RepositoryFiles.Root, "eng/bench.sh"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{_folder[""]}:{start.Environment["PATH"]}";
        using var script = Process.Start(start)!;
        string output = script.StandardOutput.ReadToEnd();
        string error = script.StandardError.ReadToEnd();
        script.WaitForExit();
        return (script.ExitCode, output, error);
    }
}
