using System.Diagnostics;
using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Docs;

/// <summary>eng/first-hour.sh with a <c>dotnet</c> that does nothing: what it types, and what it says of a command that fails.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
public sealed class FirstHourScriptTests : IDisposable
{
    // It makes what the script goes on with: a project, and images in a folder a class.
    private const string Stub = """
        #!/usr/bin/env bash
        case "$*" in
            new*) mkdir -p "$4"; printf '<Project>\n  <PropertyGroup>\n  </PropertyGroup>\n</Project>\n' > "$4/$(basename "$4").csproj" ;;
            *"PruneModel -- images"*) mkdir -p "${!#}/test/Sneaker"; echo image > "${!#}/test/Sneaker/0000.png" ;;
            *bench*) exit 3 ;;
        esac
        """;

    private readonly TemporaryFolder _folder = new();

    public FirstHourScriptTests()
    {
        File.WriteAllText(_folder.File("dotnet"), Stub.ReplaceLineEndings("\n"));
        using var executable = Process.Start("chmod", ["+x", _folder.File("dotnet")]);
        executable.WaitForExit();
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void EveryCommandOfThePage_IsTypedAndAFailureIsSaid()
    {
        var (exitCode, error) = Run();

        using var json = JsonDocument.Parse(File.ReadAllText(_folder.File("hour.json")));
        var steps = json.RootElement.GetProperty("steps").EnumerateArray()
            .ToDictionary(step => step.GetProperty("command").GetString()!, step => step.GetProperty("exitCode").GetInt32());
        var typed = MarkdownCommands.Of(CommittedPage()).Where(command => command.IsBlock).Select(command => command.Text);
        Assert.AreEqual("", string.Join('\n', typed.Where(command => !steps.ContainsKey(command))), "left out");
        foreach (string program in new[] { "csharp-prune", "csharp-score", "csharp-sweep" })
        {
            Assert.IsTrue(steps.ContainsKey(program), program);
        }

        var failed = steps.Where(step => step.Value != 0).ToList();
        Assert.AreEqual(3, failed.Single().Value);
        StringAssert.StartsWith(failed[0].Key, "blockprune bench");
        Assert.AreEqual(1, exitCode);
        StringAssert.Contains(error, "a command failed");
    }

    [TestMethod]
    public void CommandThatIsSkipped_IsNotRun()
    {
        var (exitCode, error) = Run("--skip", "bench");

        Assert.AreEqual(0, exitCode, error);
        using var json = JsonDocument.Parse(File.ReadAllText(_folder.File("hour.json")));
        var skipped = json.RootElement.GetProperty("steps").EnumerateArray()
            .Where(step => step.TryGetProperty("skipped", out _)).Select(step => step.GetProperty("command").GetString()!);
        StringAssert.StartsWith(skipped.Single(), "blockprune bench");
    }

    // The script clones what is committed.
    private string CommittedPage()
    {
        var start = new ProcessStartInfo("git", ["show", "HEAD:docs/getting-started.md"])
        {
            WorkingDirectory = RepositoryRoot.Path,
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(start)!;
        File.WriteAllText(_folder.File("page.md"), git.StandardOutput.ReadToEnd());
        git.WaitForExit();
        return _folder.File("page.md");
    }

    private (int ExitCode, string Error) Run(params string[] arguments)
    {
        string script = Path.Combine(RepositoryRoot.Path, "eng/first-hour.sh");
        var start = new ProcessStartInfo("bash", [script, "--json", _folder.File("hour.json"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{_folder.Path}:{start.Environment["PATH"]}";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error.Result);
    }
}
