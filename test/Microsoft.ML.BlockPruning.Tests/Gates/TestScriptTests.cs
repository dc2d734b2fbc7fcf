using System.Diagnostics;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>
/// eng/test.sh and eng/check.sh with a <c>dotnet</c> of our own making: whatever fails, all runs take place, the last line counts what
/// happened, and the exit code says so.
/// </summary>
[TestClass]
[OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
public sealed class TestScriptTests : IDisposable
{
    // Ends as the file plan/PROJECT.LANE (or plan/build, plan/format) says; each run that passes has five tests, one of them skipped.
    private const string Dotnet = """
        #!/usr/bin/env bash
        case $1 in
            exec) run=$(basename "$2" .dll).$BLOCKPRUNING_LANE ;;
            *) run=$1 ;;
        esac
        echo "$run" >> ran
        while [ $# -gt 0 ]; do
            case $1 in
                --report-trx-filename) file=$2 ;;
                --results-directory) file=$2/$file ;;
            esac
            shift
        done
        counters() { echo "<TestRun><Counters total=\"5\" executed=\"4\" passed=\"$1\" failed=\"$2\" error=\"0\" />" > "$file"; }
        case $(cat "plan/$run" 2> /dev/null) in
            fails) counters 1 3; exit 2 ;;
            crashes) exit 134 ;;
            crashes-after-counting) counters 4 0; exit 139 ;;
            is-cut-off) echo '<TestRun><ResultSu' > "$file"; exit 0 ;;
            reports-nothing) exit 0 ;;
            breaks) exit 1 ;;
        esac
        [ -z "$file" ] || counters 4 0
        """;

    private static readonly string[] Everything =
        ["A.Tests.default", "B.Tests.default", "Microsoft.ML.BlockPruning.Tests.default", "Microsoft.ML.BlockPruning.Tests.no-avx512",
         "Microsoft.ML.BlockPruning.Tests.portable"];

    private readonly TemporaryFolder _folder = new();

    public TestScriptTests()
    {
        foreach (string folder in new[] { "eng", "bin", "plan", "test/A.Tests", "test/B.Tests", "test/Microsoft.ML.BlockPruning.Tests" })
        {
            Directory.CreateDirectory(_folder[folder]);
        }

        foreach (string script in new[] { "eng/test.sh", "eng/check.sh", "eng/test-summary.sh", "eng/sdk.sh" })
        {
            File.Copy(Path.Combine(RepositoryFiles.Root, script), _folder[script]);
        }

        File.WriteAllText(_folder["bin/dotnet"], Dotnet);
        using var executable = Process.Start("chmod", ["+x", _folder["bin/dotnet"]]);
        executable.WaitForExit();
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Test_SumsAllLanes()
    {
        var (exitCode, lines) = Run("eng/test.sh");

        Assert.AreEqual("20 passed, 0 failed, 5 skipped", lines[^1]);
        Assert.AreEqual(0, exitCode);
        CollectionAssert.AreEqual(Everything.Prepend("build").ToArray(), File.ReadAllLines(_folder["ran"]));
    }

    [TestMethod]
    [DataRow("A.Tests.default", "fails", "17 passed, 3 failed, 5 skipped")]
    [DataRow("A.Tests.default", "crashes", "16 passed, 1 failed, 4 skipped")]
    [DataRow("B.Tests.default", "crashes-after-counting", "20 passed, 1 failed, 5 skipped")]
    [DataRow("Microsoft.ML.BlockPruning.Tests.default", "is-cut-off", "16 passed, 1 failed, 4 skipped")]
    [DataRow("Microsoft.ML.BlockPruning.Tests.no-avx512", "reports-nothing", "16 passed, 1 failed, 4 skipped")]
    [DataRow("Microsoft.ML.BlockPruning.Tests.portable", "crashes", "16 passed, 1 failed, 4 skipped")]
    public void Test_RunsTheOthersWhereOneDoesNotPass(string run, string ending, string sum)
    {
        File.WriteAllText(_folder[$"plan/{run}"], ending);

        var (exitCode, lines) = Run("eng/test.sh", "--no-build");

        Assert.AreEqual(sum, lines[^1]);
        Assert.AreEqual(1, exitCode);
        Assert.AreEqual($"Failed: {run.Replace(".Tests.", ".Tests ", StringComparison.Ordinal)}", lines[^2]);
        CollectionAssert.AreEqual(Everything, File.ReadAllLines(_folder["ran"]));
    }

    [TestMethod]
    public void Test_CountsEveryRunThatABrokenBuildPrevents()
    {
        File.WriteAllText(_folder["plan/build"], "breaks");

        var (exitCode, lines) = Run("eng/test.sh");

        Assert.AreEqual("0 passed, 5 failed, 0 skipped", lines[^1]);
        Assert.AreEqual(1, exitCode);
    }

    [TestMethod]
    [DataRow("", "", "20 passed, 0 failed, 5 skipped", 0)]
    [DataRow("format", "", "20 passed, 1 failed, 5 skipped", 1)]
    [DataRow("A.Tests.default", "", "16 passed, 1 failed, 4 skipped", 1)]
    [DataRow("A.Tests.default", "format", "16 passed, 2 failed, 4 skipped", 1)]
    [DataRow("restore", "", "0 passed, 1 failed, 0 skipped", 1)]
    [DataRow("build", "", "0 passed, 1 failed, 0 skipped", 1)]
    public void Check_HidesNoTestBehindTheFormat(string broken, string alsoBroken, string sum, int expected)
    {
        foreach (string step in new[] { broken, alsoBroken }.Where(step => step.Length > 0))
        {
            File.WriteAllText(_folder[$"plan/{step}"], "breaks");
        }

        var (exitCode, lines) = Run("eng/check.sh");

        Assert.AreEqual(sum, lines[^1]);
        Assert.AreEqual(expected, exitCode);
    }

    private (int ExitCode, string[] Lines) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", arguments) { WorkingDirectory = _folder[""], RedirectStandardOutput = true };
        start.Environment["PATH"] = $"{_folder["bin"]}:{start.Environment["PATH"]}";
        using var script = Process.Start(start)!;
        string output = script.StandardOutput.ReadToEnd();
        script.WaitForExit();
        return (script.ExitCode, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
