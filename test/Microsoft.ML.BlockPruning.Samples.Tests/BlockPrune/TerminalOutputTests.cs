using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>Names from files never reach the terminal as commands, whichever verb prints them.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
public sealed class TerminalOutputTests
{
    private static readonly string[] Classes = ["bee\u001b[31m", "c\u202eat", "d[red]og"];

    [TestMethod]
    public void Names_AreShownWithoutControlCharacters_AndKeptInJson()
    {
        using var folder = new TemporaryFolder();
        string network = TinyNetwork.Save(folder, classes: 3, labels: [.. Classes.Select(name => JsonSerializer.Serialize(name)[1..^1])]);
        string images = TinyNetwork.SaveImages(folder, perClass: 5, Classes);
        string model = folder.File("pruned\u001b[2J.zip");

        var prune = CliRun.Of(
            "prune", "--model", network, "--images", images, "--keep", "0.8", "--block", "8x8", "--output", model, "--report",
            folder.File("page\u001b.html"));
        var predict = CliRun.Of("predict", model, "--images", images);
        var json = CliRun.Of("predict", model, "--images", images, "--json");

        foreach (var run in new[] { prune, predict, json })
        {
            Assert.AreEqual(0, run.ExitCode, run.Error);
            AssertNoCommands(run.Output);
            AssertNoCommands(run.Error);
        }

        StringAssert.Contains(prune.Output, "pruned\\u001b[2J.zip");
        StringAssert.Contains(predict.Output, "bee\\u001b[31m/");
        StringAssert.Contains(predict.Output, "d[red]og");
        var labels = json.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("label").GetString());
        Assert.IsTrue(labels.All(Classes.Contains), "JSON says what the file says");
        AssertNoCommands(File.ReadAllText(folder.File("page\u001b.html")));
    }

    [TestMethod]
    [DataRow("inspect", "no\u001b]0;title\u0007such.zip")]
    [DataRow("predict", "no\u202esuch.zip", "x.png")]
    [DataRow("report", "--journal", "no\nError: such.jsonl")]
    [DataRow("bench", "x.zip", "--no\u001bsuch")]
    public void Messages_ShowThePathTheyQuoteWithoutControlCharacters(params string[] arguments)
    {
        var run = CliRun.Of(arguments);

        Assert.AreNotEqual(0, run.ExitCode);
        AssertNoCommands(run.Output);
        AssertNoCommands(run.Error);
        StringAssert.Contains(run.Error.Split('\n')[0], "\\u", "the path is in the first line, whole");
    }

    [TestMethod]
    [DataRow("no-identity", "Line 1 of the journal")]
    [DataRow("duplicate-key", "Line 2 of the journal")]
    public void Report_OfADamagedJournalIsOneLineThatNamesTheLine(string name, string says)
    {
        using var folder = new TemporaryFolder();
        string journal = Path.Combine(Repository(), $"test/Cases/journals/journal-{name}.jsonl");

        var run = CliRun.Of("report", "--journal", journal, "--output", folder.File("page.html"));

        Assert.AreEqual(1, run.ExitCode);
        StringAssert.StartsWith(run.Error, $"Error: {says} '{journal}' is damaged");
        Assert.HasCount(1, run.Error.TrimEnd().Split('\n'));
        Assert.IsEmpty(Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void Worker_ToldAFolderOfTheUsersTouchesNothingAndSaysSo()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("thesis"), "mine");

        var (exitCode, _, error) = SampleProcess.Run("blockprune", folder.Path, "--blockpruning-sweep-worker", "a", "b", folder.Path);

        Assert.AreEqual(2, exitCode);
        StringAssert.Contains(error, "no folder of a sweep");
        Assert.DoesNotContain("   at ", error);
        Assert.AreEqual("mine", File.ReadAllText(folder.File("thesis")));
    }

    private static void AssertNoCommands(string text) => Assert.IsEmpty(
        text.Where(letter => (char.IsControl(letter) && letter != '\n') || letter is (>= '\u202a' and <= '\u202e') or '\u2028'));

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "BlockPruning.sln")))
        {
            folder = folder.Parent;
        }

        if (folder is null)
        {
            Assert.Inconclusive("The tests run outside the repository.");
        }

        return folder.FullName;
    }
}
