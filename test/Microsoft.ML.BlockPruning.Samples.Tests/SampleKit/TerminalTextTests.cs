using Spectre.Console;

namespace Microsoft.ML.BlockPruning.Samples.Tests.SampleKit;

[TestClass]
public sealed class TerminalTextTests
{
    [TestMethod]
    [DataRow("plain [red] text \\ 100 %", "plain [red] text \\ 100 %")]
    [DataRow("Käse, 猫, 𝄞, 👩‍🔬", "Käse, 猫, 𝄞, 👩‍🔬")]
    [DataRow("\u001b[31m", "\\u001b[31m", DisplayName = "ESC")]
    [DataRow("a\0b\a\b\t\v\f", "a\\u0000b\\u0007\\u0008\\u0009\\u000b\\u000c", DisplayName = "C0")]
    [DataRow("\u007f\u0080\u009b\u0085\u009f", "\\u007f\\u0080\\u009b\\u0085\\u009f", DisplayName = "DEL and C1")]
    [DataRow("\u202a\u202b\u202c\u202d\u202e", "\\u202a\\u202b\\u202c\\u202d\\u202e", DisplayName = "embeddings and overrides")]
    [DataRow("\u2066\u2067\u2068\u2069", "\\u2066\\u2067\\u2068\\u2069", DisplayName = "isolates")]
    [DataRow("\u200e\u200f\u061c", "\\u200e\\u200f\\u061c", DisplayName = "marks")]
    [DataRow("\u2028\u2029", "\\u2028\\u2029", DisplayName = "separators")]
    [DataRow("one\ntwo\r\nthree\rfour", "one\ntwo\r\nthree\\u000dfour", DisplayName = "line ends")]
    public void Escape_ShowsWhatATerminalWouldObey(string text, string expected)
    {
        Assert.AreEqual(expected, TerminalText.Escape(text));
        Assert.AreEqual(
            expected.Replace("\r", "\\u000d", StringComparison.Ordinal).Replace("\n", "\\u000a", StringComparison.Ordinal),
            TerminalText.EscapeLine(text));
    }

    [TestMethod]
    public void Escape_ShowsHalvesOfSurrogatePairs()
    {
        Assert.AreEqual("a\\ud834", TerminalText.Escape("a\ud834"));
        Assert.AreEqual("\\udd1e\\ud834b", TerminalText.Escape("\udd1e\ud834b"));
    }

    [TestMethod]
    public async Task Writer_LetsNothingThroughByAnyOfItsWays()
    {
        using var inner = new StringWriter { NewLine = "\n" };
        var writer = TerminalWriter.Of(inner);
        Assert.AreSame(writer, TerminalWriter.Of(writer));
        const string evil = "x\u001b[2J\nfake";

        writer.WriteLine(evil);
        await writer.WriteLineAsync(evil);
        writer.WriteLine("{0}", evil);
        writer.WriteLine((object)evil);
        writer.Write('\u001b');
        writer.Write("\u009b".ToCharArray());
        writer.Write("\u202e".AsSpan());
        await writer.WriteAsync("two\nlines\u0007");
        writer.WriteLine();

        string line = "x\\u001b[2J\\u000afake\n";
        Assert.AreEqual(line + line + line + line + "\\u001b\\u009b\\u202etwo\nlines\\u0007\n", inner.ToString());
    }

    [TestMethod]
    public void Hook_EscapesTablesAndLinesAndLeavesTheConsolesOwnColours()
    {
        using var output = new StringWriter();
        var console = TerminalHook.On(AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.Standard,
        }));

        console.Write(new Table().AddColumn("head\u001b").AddRow("[red]own[/]"));
        console.WriteLine("[red]\u001b[5m");
        console.WriteLine("line\u001b]0;title\u0007");

        string shown = output.ToString();
        StringAssert.Contains(shown, "head\\u001b");
        StringAssert.Contains(shown, "[red]\\u001b[5m");
        StringAssert.Contains(shown, "line\\u001b]0;title\\u0007");
        StringAssert.Contains(shown, "\u001b[91mown\u001b[0m", StringComparison.Ordinal, "the console's own");
        Assert.DoesNotContain("\u001b[5m", shown);
        Assert.DoesNotContain("\u001b]", shown);
    }
}
