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

    /// <summary>Rows of the table as it goes on, then the table of the answer, once.</summary>
    [TestMethod]
    public void Terminal_GetsATableThatGoesOn()
    {
        string shown = Terminal(height: 40);

        int answer = shown.IndexOf("Recommended", StringComparison.Ordinal);
        foreach (string row in (string[])["keep 0.8, 8x8, ObsPath, Feedback", "keep 0.6, 8x8, ObsPath, Feedback", "final, keep 0.6, 8x8"])
        {
            Assert.IsTrue(shown.IndexOf(row, StringComparison.Ordinal) is >= 0 and var at && at < answer, row);
        }

        StringAssert.Contains(shown, "0 of 2 trials done, 1 waiting");
        StringAssert.Matches(shown, DoneRow());
        Assert.IsEmpty(Trials(shown), "no lines besides");
    }

    [TestMethod]
    public void Terminal_WithoutRoomGetsLines() =>
        CollectionAssert.AreEqual(new[] { "1/2 0.8", "2/2 0.6", "final 0.6" }, Trials(Terminal(height: 8)));

    private string Terminal(int height)
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
        (console.Profile.Width, console.Profile.Height) = (140, height);

        int exitCode = global::BlockPrune.Cli.Cli.InvokeAsync(Sweep(), output, error, console).GetAwaiter().GetResult();

        Assert.AreEqual(0, exitCode, error.ToString());
        Assert.IsEmpty(Trials(error.ToString()), "once is enough");
        return output.ToString();
    }

    private string[] Sweep() =>
    [
        "sweep", "--model", TinyNetwork.Save(_folder, classes: 3), "--images",
        TinyNetwork.SaveImages(_folder, perClass: 10, "ant", "bee", "cat"), "--keep", "0.8,0.6", "--block", "8x8", "--max-drop", "1",
    ];

    private static string[] Trials(string text) =>
        [.. Trial().Matches(text).Select(match => $"{match.Groups["count"].Value} {match.Groups["keep"].Value}")];

    [GeneratedRegex(@"keep 0\.8, 8x8, ObsPath, Feedback +│ done +│ +[\d.]+ │ [\d.]+ │ +[\d.]+ │")]
    private static partial Regex DoneRow();

    [GeneratedRegex(
        @"\[(?<count>[^][]+)\] keep (?<keep>[\d.]+), block 8x8: top-1 [\d.]+ %, [\d.]+ M multiply-adds, [\d.]+ s \(ObsPath, \w+\)")]
    private static partial Regex Trial();
}
