namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>Pages are wrapped as C# is, so that a change of a sentence shows as one and not as a change of a paragraph.</summary>
[TestClass]
public sealed class MarkdownTests
{
    private const int MaximumColumns = 140;
    private const int MaximumLinesOfARoom = 60;

    // A report as blockprune wrote it.
    private const string Written = "docs/examples/sweep-markdown.md";

    private static IEnumerable<string> Pages => RepositoryFiles.Below(".", "*.md")
        .Where(page => page != Written);

    [TestMethod]
    public void Line_HasAtMost140Characters()
    {
        var tooLong =
            from page in Pages
            from line in RepositoryFiles.ReadLines(page).Index()
            where line.Item.Length > MaximumColumns && !IsRow(line.Item) && CanBeBroken(line.Item)
            select $"{page}:{line.Index + 1} has {line.Item.Length} characters.";

        Assert.AreEqual("", string.Join('\n', tooLong));
    }

    [TestMethod]
    public void RoomPage_HasAtMost60Lines()
    {
        var rooms = RepositoryFiles.Below("src/Microsoft.ML.BlockPruning", "README.md");
        var tooLong = rooms.Select(page => (page, lines: RepositoryFiles.ReadLines(page).Length))
            .Where(page => page.lines > MaximumLinesOfARoom)
            .Select(page => $"{page.page} has {page.lines} lines: formulas stand at the code.");

        Assert.AreEqual("", string.Join('\n', tooLong));
    }

    // A row of a table is one line whatever it holds.
    private static bool IsRow(string line) => line.TrimStart().StartsWith('|');

    // An address is not; list marks and the blanks before it do not count.
    private static bool CanBeBroken(string line) => line.TrimStart(' ', '-', '*').Contains(' ', StringComparison.Ordinal);
}
