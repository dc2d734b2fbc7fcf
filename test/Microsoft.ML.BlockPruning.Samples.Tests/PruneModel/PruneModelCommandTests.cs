using PruneModelSample;

namespace Microsoft.ML.BlockPruning.Samples.Tests.PruneModel;

[TestClass]
[DoNotParallelize] // the model's path is the process's
public sealed class PruneModelCommandTests
{
    [TestMethod]
    public async Task Command_TrainsAndReportsFailuresInOneLine()
    {
        using var folder = new TemporaryFolder();
        string settings = TinyProject.Save(TinyProject.Create(folder), folder);

        var trained = await RunAsync("train", "--settings", settings);
        var evaluated = await RunAsync("evaluate", "--settings", settings);
        var failed = await RunAsync("train", "--settings", folder.File("none.json"));
        var wrong = await RunAsync("trian");

        Assert.AreEqual(0, trained.ExitCode, trained.Error);
        Assert.Contains("multiply-adds", trained.Output);
        Assert.Contains("Refitting weights: ", trained.Error);
        Assert.AreEqual(0, evaluated.ExitCode, evaluated.Error);
        Assert.Contains("top-1, %", evaluated.Output);
        Assert.AreEqual(1, failed.ExitCode);
        Assert.Contains("none.json", failed.Error);
        Assert.HasCount(1, failed.Error.TrimEnd().Split('\n'));
        Assert.AreEqual(2, wrong.ExitCode);
        Assert.Contains("trian", wrong.Error);
    }

    [TestMethod]
    [DataRow("train")]
    [DataRow("evaluate")]
    [DataRow("sweep")]
    public async Task Command_NamesAnImageThatIsCutOffBeforeTheWork(string verb)
    {
        using var folder = new TemporaryFolder();
        var settings = TinyProject.Create(folder);
        string cut = Path.Combine(settings.DataSource.FolderPath, "dog", "1.png");
        File.WriteAllBytes(cut, File.ReadAllBytes(cut)[..^60]);

        var run = await RunAsync(verb, "--settings", TinyProject.Save(settings, folder));

        Assert.AreEqual(1, run.ExitCode);
        Assert.Contains($"{cut} (cut off", run.Error);
        Assert.IsFalse(File.Exists(settings.ModelPath) || File.Exists(settings.SweepOption.JournalPath));
    }

    [TestMethod]
    [DataRow("none", "There is no folder")]
    [DataRow("flat", "0 subfolders, and images beside them or none at all")]
    [DataRow("mixed", "1 subfolders, and images beside them")]
    [DataRow("empty", "holds no image")]
    public async Task Command_SaysWhatFoldersItNeeds(string kind, string says)
    {
        using var folder = new TemporaryFolder();
        var settings = TinyProject.Create(folder);
        string image = Directory.GetFiles(Path.Combine(settings.DataSource.FolderPath, "cat"))[0], other = folder.File(kind);
        if (kind != "none")
        {
            Directory.CreateDirectory(kind == "flat" ? other : Path.Combine(other, "cat"));
        }

        if (kind is "flat" or "mixed")
        {
            File.Copy(image, Path.Combine(other, "0.png"));
        }

        settings = settings with { DataSource = settings.DataSource with { FolderPath = other } };
        var run = await RunAsync("train", "--settings", TinyProject.Save(settings, folder));

        Assert.AreEqual(1, run.ExitCode);
        Assert.Contains(says, run.Error);
        Assert.HasCount(1, run.Error.TrimEnd().Split('\n'));
    }

    /// <summary>Names of classes are anybody's: they reach a terminal as text.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
    public async Task Command_ShowsNamesWithoutControlCharacters()
    {
        using var folder = new TemporaryFolder();
        string settings = TinyProject.Save(TinyProject.Create(folder, null, ["a\u001b[31m", "b\u202ec", "dog"]), folder);

        var run = await RunAsync("train", "--settings", settings);

        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.Contains("a\\u001b[31m", run.Output);
        Assert.Contains("b\\u202ec", run.Output);
        Assert.IsFalse(run.Output.Any(letter => letter is '\u001b' or '\u202e'));
    }

    /// <summary>Every verb and option that the sample's page writes down is there.</summary>
    [TestMethod]
    public async Task Command_HasTheDocumentedVerbs()
    {
        var help = await RunAsync("--help");

        Assert.AreEqual(0, help.ExitCode);
        foreach (string verb in new[] { "images", "train", "evaluate", "predict", "sweep", "--settings" })
        {
            Assert.Contains(verb, help.Output);
        }
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = await PruneModelCommand.InvokeAsync(arguments, output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
