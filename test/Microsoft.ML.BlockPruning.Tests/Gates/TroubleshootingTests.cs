using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>Who gets an error message of the library or of the command line finds it in docs/troubleshooting.md.</summary>
[TestClass]
public sealed partial class TroubleshootingTests
{
    private const string Page = "docs/troubleshooting.md";
    private const string First = "## The ten messages a newcomer meets first";
    private const string Library = "src/Microsoft.ML.BlockPruning";
    private static readonly string[] Programs = ["src/Samples/BlockPrune.Cli", "src/Samples/SampleKit"];

    [TestMethod]
    public void Page_HoldsEveryExceptionMessage() => AssertHeld(MessagesOf(Library));

    [TestMethod]
    public void Page_HoldsEveryMessageOfTheCommandLine() => AssertHeld(Programs.SelectMany(MessagesOf));

    [TestMethod]
    public void Page_IsReadAgainstMoreThanAHandful()
    {
        Assert.IsGreaterThan(100, MessagesOf(Library).Count(), "The scanner has gone blind.");
        Assert.IsGreaterThan(60, Programs.SelectMany(MessagesOf).Count(), "The scanner has gone blind.");
    }

    [TestMethod]
    public void Page_BeginsWithTenMessagesThatThereAre()
    {
        string[] rows = [.. RepositoryFiles.ReadLines(Page).SkipWhile(line => line != First).Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))];
        var known = Programs.Append(Library).SelectMany(folder => RepositoryFiles.Below(folder, "*.cs"))
            .SelectMany(file => WrittenTexts.In(string.Join('\n', RepositoryFiles.ReadLines(file)))).ToHashSet(StringComparer.Ordinal);

        Assert.HasCount(10, rows);
        foreach (string row in rows)
        {
            string[] cells = row.Replace(@"\|", "\0", StringComparison.Ordinal).Trim('|').Split('|', StringSplitOptions.TrimEntries);
            Assert.HasCount(3, cells, row);
            string message = Code().Match(cells[0]).Groups["text"].Value.Replace('\0', '|');
            Assert.Contains(message, known, "nothing says this (any more)");
            Assert.IsGreaterThan(3, cells[2].Split(' ').Length, $"{message} has no way out");
        }
    }

    private static void AssertHeld(IEnumerable<(string File, string Message)> messages)
    {
        string page = ExceptionMessages.Squeeze(
            string.Join('\n', RepositoryFiles.ReadLines(Page)).Replace(@"\|", "|", StringComparison.Ordinal));

        var missing =
            from found in messages
            where !page.Contains(found.Message, StringComparison.Ordinal)
            select $"{found.File}: {found.Message}";

        Assert.AreEqual(
            "", string.Join('\n', missing.Distinct()),
            $"Add a row to the table of its area in {Page}: `the message`, as it stands here, then its cause, then what to do.");
    }

    // The library prints nothing: what it tells is thrown.
    private static IEnumerable<(string File, string Message)> MessagesOf(string folder) =>
        from file in RepositoryFiles.Below(folder, "*.cs")
        let source = string.Join('\n', RepositoryFiles.ReadLines(file))
        from message in folder == Library ? ExceptionMessages.In(source) : ExceptionMessages.In(source).Concat(PrintedMessages.In(source))
        select (file, message);

    [GeneratedRegex("^`(?<text>[^`]+)`$")]
    private static partial Regex Code();
}
