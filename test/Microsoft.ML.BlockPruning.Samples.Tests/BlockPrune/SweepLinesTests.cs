using System.Text.RegularExpressions;
using Spectre.Console;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>A sweep shows its trials as they end, to whoever looks at it.</summary>
[TestClass]
public sealed partial class SweepLinesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Pipe_GetsALineForEachTrial()
    {
        var run = CliRun.Of(Sweep());

        Assert.AreEqual(0, run.ExitCode, run.Error);
        CollectionAssert.AreEqual(new[] { "1/2 0.8", "2/2 0.6", "final 0.6" }, Trials(run.Error));
    }

    /// <summary>The bar is drawn below the lines: the last trial's line comes before the table of the answer, whole.</summary>
    [TestMethod]
    public void Terminal_GetsTheSameLinesAboveTheBar()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
        });
        (console.Profile.Width, console.Profile.Height) = (140, 40);

        int exitCode = global::BlockPrune.Cli.Cli.InvokeAsync(Sweep(), output, error, console).GetAwaiter().GetResult();

        Assert.AreEqual(0, exitCode, error.ToString());
        string shown = output.ToString();
        CollectionAssert.AreEqual(new[] { "1/2 0.8", "2/2 0.6", "final 0.6" }, Trials(shown));
        Assert.IsLessThan(
            shown.IndexOf("Recommended", StringComparison.Ordinal), shown.IndexOf("[2/2]", StringComparison.Ordinal));
        Assert.IsEmpty(Trials(error.ToString()), "once is enough");
    }

    private string[] Sweep() =>
    [
        "sweep", "--model", TinyNetwork.Save(_folder, classes: 3), "--images",
        TinyNetwork.SaveImages(_folder, perClass: 10, "ant", "bee", "cat"), "--keep", "0.8,0.6", "--block", "8x8", "--max-drop", "1",
    ];

    private static string[] Trials(string text) =>
        [.. Trial().Matches(text).Select(match => $"{match.Groups["count"].Value} {match.Groups["keep"].Value}")];

    [GeneratedRegex(
        @"\[(?<count>[^][]+)\] keep (?<keep>[\d.]+), block 8x8: top-1 [\d.]+ %, [\d.]+ M multiply-adds, [\d.]+ s \(ObsPath, \w+\)")]
    private static partial Regex Trial();
}
