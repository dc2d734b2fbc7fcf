using System.Text.Json;
using global::FashionMnist;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

[TestClass]
public sealed class ImageInputTests : IDisposable
{
    private static readonly string[] Classes = ["ant", "bee", "cat"];

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _images;

    public ImageInputTests()
    {
        _model = TinyNetwork.Save(_folder, classes: 3);
        _images = TinyNetwork.SaveImages(_folder, perClass: 10, Classes);
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Csv_GivesTheSamePruningAsTheFolder()
    {
        string byFolder = Prune("folder.zip", "--images", _images), byCsv = Prune("csv.zip", "--images", SaveCsv());

        Assert.AreEqual(Evaluate(byFolder, "--images", _images), Evaluate(byCsv, "--images", SaveCsv()));
        CollectionAssert.AreEqual(Scores(byFolder), Scores(byCsv));
    }

    [TestMethod]
    [DataRow(".gz")]
    [DataRow("")]
    public void Idx_IsPrunedAndEvaluated(string suffix)
    {
        // Grey images need a network of one channel.
        string model = TinyNetwork.Save(_folder, classes: 3, channels: 1);
        string[] idx = SaveIdx(suffix, classes: 3);
        string zip = _folder.File("idx.zip");

        var run = CliRun.Of(["prune", "--model", model, .. idx, "--block", "8x8", "--output", zip, "--json"]);

        Assert.AreEqual(0, run.ExitCode, run.Error);
        using var answer = JsonDocument.Parse(run.Output);
        Assert.AreEqual(6, answer.RootElement.GetProperty("images").GetInt32(), "of ten images of each class the first and the sixth");
        Assert.AreEqual(24, Evaluate(zip, idx).Images);
    }

    [TestMethod]
    public void Idx_RefusesALabelThatTheNetworkDoesNotKnow()
    {
        string model = TinyNetwork.Save(_folder, classes: 3, channels: 1);
        string zip = _folder.File("idx.zip");
        Assert.AreEqual(
            0, CliRun.Of(["prune", "--model", model, .. SaveIdx("", classes: 3), "--block", "8x8", "--output", zip]).ExitCode);

        AssertFails(1, "label 4, which is unknown to the network; its classes are 0 to 2", ["evaluate", zip, .. SaveIdx("", classes: 5)]);
    }

    [TestMethod]
    public void Unreadable_FailsBeforeTheWorkAndNamesAll()
    {
        string[] broken = Break();
        string zip = _folder.File("none.zip");

        var run = CliRun.Of("prune", "--model", _model, "--images", _images, "--block", "8x8", "--output", zip);

        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "2 images cannot be read");
        Assert.IsTrue(broken[..2].All(path => run.Error.Contains(path, StringComparison.Ordinal)), run.Error);
        StringAssert.Contains(run.Error, "--unreadable skip");
        Assert.IsFalse(File.Exists(zip));
    }

    [TestMethod]
    public void Unreadable_IsSkippedCountedAndNamedOnRequest()
    {
        string[] broken = Break();
        string zip = _folder.File("pruned.zip");

        var pruned = CliRun.Of(
            "prune", "--model", _model, "--images", _images, "--block", "8x8", "--output", zip, "--unreadable", "skip", "--json");
        var evaluated = CliRun.Of("evaluate", zip, "--images", _images, "--unreadable", "skip", "--json");

        Assert.AreEqual(0, pruned.ExitCode, pruned.Error);
        Assert.AreEqual((4, 2), Counts(pruned));
        StringAssert.Contains(pruned.Error, broken[0]);
        StringAssert.Contains(pruned.Error, broken[1]);
        Assert.AreEqual(0, evaluated.ExitCode, evaluated.Error);
        Assert.AreEqual((23, 1), Counts(evaluated), "the split is the same, and of the test images one is broken");
        StringAssert.Contains(evaluated.Error, broken[2]);
    }

    [TestMethod]
    public void Predict_SkipsOnRequest()
    {
        string[] broken = Break();
        string zip = _folder.File("pruned.zip");
        string whole = Path.Combine(_images, "cat", "1.png");
        Assert.AreEqual(0, CliRun.Of(
            "prune", "--model", _model, "--images", _images, "--block", "8x8", "--output", zip, "--unreadable", "skip").ExitCode);

        AssertFails(1, broken[0], "predict", zip, broken[0], whole);
        var run = CliRun.Of("predict", zip, broken[0], whole, "--unreadable", "skip");

        Assert.AreEqual(0, run.ExitCode, run.Error);
        StringAssert.StartsWith(run.Output, $"{whole}: ");
        StringAssert.Contains(run.Error, broken[0]);
    }

    [TestMethod]
    public void Predict_TakesATableToo()
    {
        string zip = Prune("pruned.zip", "--images", _images);

        var byTable = CliRun.Of("predict", zip, "--images", SaveCsv());
        string[] names = [.. byTable.Output.Split('\n')[..^1].Select(line => line.Split(": ")[0])];

        Assert.AreEqual(0, byTable.ExitCode, byTable.Error);
        CollectionAssert.AreEqual(
            Classes.SelectMany(label => new[] { 1, 2, 3, 4, 6, 7, 8, 9 }.Select(i => Path.Combine(_images, label, $"{i}.png"))).ToArray(),
            names, "all but those that calibrate");
        AssertFails(2, "--images-idx FILE", "predict", zip);
    }

    [TestMethod]
    public void MixedFolder_IsRefused()
    {
        File.Copy(Path.Combine(_images, "ant", "0.png"), Path.Combine(_images, "stray.png"));

        AssertFails(1, "3 subfolders and, beside them, 1 image(s): stray.png", "prune", "--model", _model, "--images", _images);
    }

    [TestMethod]
    public void EmptyFolder_IsRefused() =>
        AssertFails(1, "no subfolders", "prune", "--model", _model, "--images", Directory.CreateDirectory(_folder.File("empty")).FullName);

    [TestMethod]
    public void ClassUnknownToTheNetwork_IsRefused()
    {
        string zip = Prune("pruned.zip", "--images", _images);
        Directory.Move(Path.Combine(_images, "ant"), Path.Combine(_images, "dog"));

        AssertFails(1, "'dog' is unknown to the network; its classes are ant, bee, cat", "evaluate", zip, "--images", _images);
    }

    [TestMethod]
    public void ClassesThatConfigNames_NeedNotAllHaveImages()
    {
        string model = TinyNetwork.Save(_folder, classes: 4, labels: ["owl", "cat", "bee", "ant"]);
        string zip = _folder.File("some.zip");

        var run = CliRun.Of("prune", "--model", model, "--images", _images, "--block", "8x8", "--output", zip);

        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.AreEqual(24, Evaluate(zip, "--images", _images).Images);
    }

    [TestMethod]
    [DataRow("ant owl bear", "'bee' is unknown to the network; its classes are ant, owl, bear")]
    [DataRow("red green blue grey", "none of the images' classes (ant, bee, cat); its 4 are red, green, blue, grey")]
    public void ClassesThatConfigDoesNotName_AreRefusedBeforeTheWork(string labels, string says)
    {
        string[] names = labels.Split(' ');
        string model = TinyNetwork.Save(_folder, names.Length, labels: names);

        AssertFails(1, says, "prune", "--model", model, "--images", _images, "--block", "8x8", "--output", _folder.File("none.zip"));
        Assert.IsFalse(File.Exists(_folder.File("none.zip")));
    }

    [TestMethod]
    [DataRow("", "is empty")]
    [DataRow("ImagePath,Label\n", "no rows")]
    [DataRow("path,Label\na.png,ant\n", "no column ImagePath; its columns are path, Label")]
    [DataRow("ImagePath,Label\na.png,ant\nb.png\n", "line 3: 1 fields, expected 2")]
    [DataRow("ImagePath,Label\na.png,\n", "line 2: ImagePath or Label is empty")]
    [DataRow("ImagePath,Label\n\"a.png,ant\n", "line 2: quotes do not match")]
    [DataRow("ImagePath,Label\nnone1.png,0\nnone2.png,0\n", "none1.png (no such file)")]
    public void WrongCsv_IsRefused(string content, string says)
    {
        string csv = _folder.File("list.csv");
        File.WriteAllText(csv, content);

        AssertFails(1, says, "prune", "--model", _model, "--images", csv);
    }

    [TestMethod]
    [DataRow("prune --bundled --images-idx a", "--labels-idx")]
    [DataRow("prune --bundled --labels-idx a", "--images-idx")]
    [DataRow("prune --bundled --images x --images-idx a --labels-idx b", "one of them")]
    [DataRow("prune --bundled --unreadable ignore", "fail, skip")]
    [DataRow("prune --bundled --imagse x", "--images-idx, --labels-idx")]
    [DataRow("prunes", "prune, evaluate")]
    public void WrongOptions_AreRefusedWithTheRightOnes(string arguments, string says) => AssertFails(2, says, arguments.Split(' '));

    [TestMethod]
    public void MissingIdx_IsRefused() => AssertFails(
        1, "no IDX file none.gz", "prune", "--model", _model, "--images-idx", "none.gz", "--labels-idx", "none.gz");

    private static void AssertFails(int exitCode, string says, params string[] arguments)
    {
        var run = CliRun.Of(arguments);

        Assert.AreEqual(exitCode, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, says);
        Assert.DoesNotContain("   at ", run.Error, "a user gets no stack trace");
        Assert.AreEqual("", run.Output);
    }

    private static (int Images, int Unreadable) Counts(CliRun run)
    {
        using var answer = JsonDocument.Parse(run.Output);
        return (answer.RootElement.GetProperty("images").GetInt32(), answer.RootElement.GetProperty("unreadable").GetInt32());
    }

    private static (int Images, double Top1) Evaluate(string zip, params string[] images)
    {
        var run = CliRun.Of(["evaluate", zip, .. images, "--json"]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        using var answer = JsonDocument.Parse(run.Output);
        return (answer.RootElement.GetProperty("images").GetInt32(), answer.RootElement.GetProperty("top1").GetDouble());
    }

    private string Prune(string name, params string[] images)
    {
        string zip = _folder.File(name);
        var run = CliRun.Of(["prune", "--model", _model, .. images, "--block", "8x8", "--output", zip]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        return zip;
    }

    private float[] Scores(string zip)
    {
        var run = CliRun.Of("predict", zip, Path.Combine(_images, "bee", "3.png"), "--json");
        using var answer = JsonDocument.Parse(run.Output);
        return [.. answer.RootElement.GetProperty("score").EnumerateArray().Select(score => score.GetSingle())];
    }

    /// <summary>Other columns beside the two, quotes, and paths relative to the table; rows in the folder's order.</summary>
    private string SaveCsv()
    {
        string csv = _folder.File("list.csv");
        var rows = Classes.SelectMany(label => Directory.GetFiles(Path.Combine(_images, label)).Order(StringComparer.Ordinal)
            .Select(path => $"\"a, \"\"quoted\"\" note\",{label},\"{Path.GetRelativePath(_folder.Path, path)}\""));
        File.WriteAllLines(csv, ["Note,Label,ImagePath", .. rows]);
        return csv;
    }

    private string[] SaveIdx(string suffix, int classes)
    {
        byte[] pixels = new byte[classes * 10 * 64];
        new Random(1).NextBytes(pixels);
        byte[] labels = [.. Enumerable.Range(0, classes * 10).Select(i => (byte)(i % classes))];
        string images = _folder.File($"images-idx{suffix}"), labelsPath = _folder.File($"labels-idx{suffix}");
        if (suffix == ".gz")
        {
            IdxFile.WriteImages(new IdxImages(labels.Length, 8, 8, pixels), images);
            IdxFile.WriteLabels(labels, labelsPath);
        }
        else
        {
            File.WriteAllBytes(images, [0, 0, 8, 3, 0, 0, 0, (byte)labels.Length, 0, 0, 0, 8, 0, 0, 0, 8, .. pixels]);
            File.WriteAllBytes(labelsPath, [0, 0, 8, 1, 0, 0, 0, (byte)labels.Length, .. labels]);
        }

        return ["--images-idx", images, "--labels-idx", labelsPath];
    }

    /// <summary>Breaks two calibration images (the first of their classes) and a test image.</summary>
    private string[] Break()
    {
        string cut = Path.Combine(_images, "ant", "0.png"), text = Path.Combine(_images, "bee", "0.png");
        string empty = Path.Combine(_images, "cat", "4.png");
        File.WriteAllBytes(cut, File.ReadAllBytes(cut)[..^60]);
        File.WriteAllText(text, "no picture");
        File.WriteAllBytes(empty, []);
        return [cut, text, empty];
    }
}
