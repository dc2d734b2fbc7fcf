namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>Who gets an error message of the library finds it in docs/troubleshooting.md.</summary>
[TestClass]
public sealed class TroubleshootingTests
{
    private const string Page = "docs/troubleshooting.md";

    [TestMethod]
    public void Page_HoldsEveryExceptionMessage()
    {
        string page = ExceptionMessages.Squeeze(
            string.Join('\n', RepositoryFiles.ReadLines(Page)).Replace(@"\|", "|", StringComparison.Ordinal));

        var missing =
            from file in RepositoryFiles.Below("src/Microsoft.ML.BlockPruning", "*.cs")
            from message in ExceptionMessages.In(string.Join('\n', RepositoryFiles.ReadLines(file)))
            where !page.Contains(message, StringComparison.Ordinal)
            select $"{file}: {message}";

        Assert.AreEqual(
            "", string.Join('\n', missing),
            $"Add a row to the table of its area in {Page}: `the message`, as it stands here, then its cause, then what to do.");
    }

    [TestMethod]
    public void Page_IsReadAgainstMoreThanAHandful()
    {
        int found = RepositoryFiles.Below("src/Microsoft.ML.BlockPruning", "*.cs")
            .Sum(file => ExceptionMessages.In(string.Join('\n', RepositoryFiles.ReadLines(file))).Count());

        Assert.IsGreaterThan(100, found, "The scanner has gone blind.");
    }
}
