using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>Sets of their own in place of the split, folders without classes, and folders that are split already.</summary>
[TestClass]
public sealed class OwnSetsTests : IDisposable
{
    private static readonly string[] Classes = ["ant", "bee", "cat"];

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _train;
    private readonly string _val;

    public OwnSetsTests()
    {
        _model = TinyNetwork.Save(_folder, classes: 3, labels: Classes);
        string images = TinyNetwork.SaveImages(_folder, perClass: 10, Classes);
        _train = Directory.CreateDirectory(_folder.File("data/train")).FullName;
        _val = Directory.CreateDirectory(_folder.File("data/val")).FullName;
        foreach (string label in Classes)
        {
            Directory.Move(Path.Combine(images, label), Path.Combine(_train, label));
            Directory.CreateDirectory(Path.Combine(_val, label));
            for (int i = 6; i < 10; i++)
            {
                File.Move(Path.Combine(_train, label, $"{i}.png"), Path.Combine(_val, label, $"{i}.png"));
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Sets_TakeThePlaceOfTheSplit()
    {
        string zip = _folder.File("pruned.zip"), page = _folder.File("page.html");

        using var pruned = Json("prune", "--model", _model, "--calibration-images", _train, "--block", "8x8", "--output", zip);
        using var evaluated = Json("evaluate", zip, "--test-images", _val);
        using var swept = Json(
            "sweep", "--model", _model, "--calibration-images", _train, "--test-images", _val, "--keep", "0.8", "--block", "8x8",
            "--final-refit", "feedback");
        using var reported = Json("report", "--model", zip, "--dense", _model, "--test-images", _val, "--output", page);

        Assert.AreEqual(18, Number(pruned, "images"), "all of train, not a fifth");
        Assert.AreEqual(12, Number(evaluated, "images"), "all of val");
        Assert.AreEqual(1, swept.RootElement.GetProperty("trials").GetArrayLength());
        Assert.AreEqual(12, reported.RootElement.GetProperty("heldOut").GetProperty("images").GetInt32());
    }

    [TestMethod]
    public void Predict_OfATestSetNamesEveryImageOfIt()
    {
        var run = CliRun.Of("predict", Prune("--calibration-images", _train), "--test-images", _val);

        Assert.AreEqual(0, run.ExitCode, run.Error);
        CollectionAssert.AreEqual(
            Classes.SelectMany(label => new[] { 6, 7, 8, 9 }.Select(i => Path.Combine(_val, label, $"{i}.png"))).ToArray(), Names(run));
    }

    /// <summary>Labels change nothing where the classes of the calibration images are not asked for.</summary>
    [TestMethod]
    public void FlatFolder_CalibratesAsTheSameImagesInClassFolders()
    {
        string flat = Flatten(_train);

        string byClass = Prune("--calibration-images", _train, "--held-out", "0");
        string byFlat = Prune("--calibration-images", flat, "--held-out", "0");

        Assert.AreEqual(Scores(byClass), Scores(byFlat), "the same images in the same order");
        using var inspected = Json("inspect", byFlat);
        var classes = inspected.RootElement.GetProperty("classes").EnumerateArray();
        CollectionAssert.AreEqual(Classes, classes.Select(one => one.GetProperty("name").GetString()).ToArray());
    }

    [TestMethod]
    public void FlatFolder_AsImagesCalibratesWhole()
    {
        using var pruned = Json(
            "prune", "--model", _model, "--images", Flatten(_train), "--block", "8x8", "--output", _folder.File("pruned.zip"));

        Assert.AreEqual(18, Number(pruned, "images"), "without classes nothing is kept for a test");
    }

    [TestMethod]
    public void FlatFolder_IsPredictedWhole()
    {
        string flat = Flatten(_val);

        var run = CliRun.Of("predict", Prune("--calibration-images", _train), "--images", flat);

        Assert.AreEqual(0, run.ExitCode, run.Error);
        CollectionAssert.AreEqual(Directory.GetFiles(flat).Order(StringComparer.Ordinal).ToArray(), Names(run));
    }

    [TestMethod]
    [DataRow("evaluate", "ZIP", "--test-images", "FLAT")]
    [DataRow("evaluate", "ZIP", "--images", "FLAT")]
    [DataRow("report", "--model", "ZIP", "--dense", "MODEL", "--test-images", "FLAT")]
    [DataRow("sweep", "--model", "MODEL", "--calibration-images", "TRAIN", "--test-images", "FLAT", "--block", "8x8")]
    [DataRow("sweep", "--model", "MODEL", "--calibration-images", "FLAT", "--folds", "2", "--block", "8x8")]
    [DataRow("prune", "--model", "MODEL", "--calibration-images", "FLAT", "--calibration-labels", "column")]
    public void FlatFolder_WhereClassesAreNeededIsRefused(params string[] arguments)
    {
        string flat = Flatten(_val), zip = Prune("--calibration-images", _train);

        var run = CliRun.Of([.. arguments.Select(word => word switch
        {
            "ZIP" => zip, "FLAT" => flat, "MODEL" => _model, "TRAIN" => _train, _ => word,
        })]);

        Assert.AreEqual(1, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, "has no subfolders, but 12 image(s)");
        StringAssert.Contains(run.Error, "Put the images of each class into a subfolder with the class's name");
    }

    [TestMethod]
    [DataRow("prune --model MODEL --test-images VAL", "--calibration-images FOLDER or FILE.csv too")]
    [DataRow("evaluate ZIP --calibration-images TRAIN", "--test-images FOLDER or FILE.csv too")]
    [DataRow("sweep --model MODEL --calibration-images TRAIN", "--test-images FOLDER or FILE.csv too")]
    [DataRow("sweep --model MODEL --test-images VAL", "--calibration-images FOLDER or FILE.csv too")]
    [DataRow("prune --model MODEL --images TRAIN --test-images VAL", "give the one or the others")]
    [DataRow("prune --model MODEL --images-idx a --labels-idx b --calibration-images VAL", "give the one or the others")]
    public void Sets_ThatDoNotGoTogetherAreRefused(string arguments, string says)
    {
        string zip = arguments.Contains("ZIP", StringComparison.Ordinal) ? Prune("--calibration-images", _train) : "";

        var run = CliRun.Of([.. arguments.Split(' ').Select(word => word switch
        {
            "MODEL" => _model, "TRAIN" => _train, "VAL" => _val, "ZIP" => zip, _ => word,
        })]);

        Assert.AreEqual(2, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, says);
    }

    [TestMethod]
    [DataRow("train", "val", "train/ and val/")]
    [DataRow("Training", "Validation", "Training/ and Validation/")]
    [DataRow("train", "test", "test/ and train/")]
    public void Folder_ThatIsSplitAlreadyIsRecognised(string train, string val, string named)
    {
        Directory.Move(_train, _folder.File("kept"));
        Directory.Move(_folder.File("kept"), _folder.File($"data/{train}"));
        Directory.Move(_val, _folder.File("kept"));
        Directory.Move(_folder.File("kept"), _folder.File($"data/{val}"));
        string data = _folder.File("data");

        var run = CliRun.Of("prune", "--model", _model, "--images", data, "--output", _folder.File("none.zip"));

        Assert.AreEqual(2, run.ExitCode);
        StringAssert.Contains(run.Error, $"{data} holds {named}: they look like the parts of a data set, not like classes");
        StringAssert.Contains(
            run.Error, $"--calibration-images {Path.Combine(data, train)} --test-images {Path.Combine(data, val)} in place of --images");
    }

    [TestMethod]
    public void Set_ThatIsSplitAlreadyIsRecognised()
    {
        var run = CliRun.Of("evaluate", Prune("--calibration-images", _train), "--test-images", _folder.File("data"));

        Assert.AreEqual(2, run.ExitCode);
        StringAssert.Contains(run.Error, $"such as --test-images {_val}");
    }

    /// <summary>A class may be called train.</summary>
    [TestMethod]
    public void ClassesNamedLikeParts_AreClassesBesideOthers()
    {
        Directory.Move(Path.Combine(_train, "ant"), Path.Combine(_train, "train"));
        Directory.Move(Path.Combine(_train, "bee"), Path.Combine(_train, "bus"));
        string model = TinyNetwork.Save(_folder, classes: 3, labels: ["train", "bus", "cat"]);

        using var pruned = Json("prune", "--model", model, "--images", _train, "--block", "8x8", "--output", _folder.File("pruned.zip"));

        Assert.AreEqual(6, Number(pruned, "images"), "of six images of each class the first and the sixth");
    }

    [TestMethod]
    public void Image_InBothSetsIsRefused()
    {
        var run = CliRun.Of(
            "sweep", "--model", _model, "--calibration-images", _train, "--test-images", _train, "--keep", "0.8", "--block", "8x8");

        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "18 image(s), such as ");
        StringAssert.Contains(run.Error, "Take two sets that have no image in common.");
    }

    /// <summary>A tenth of four images is none; a tenth of 18 is two.</summary>
    [TestMethod]
    public void HeldOut_IsATenthWhereThatMakesAnImage()
    {
        string few = Directory.CreateDirectory(_folder.File("few")).FullName;
        foreach (string file in Directory.GetFiles(Path.Combine(_val, "ant")))
        {
            File.Copy(file, Path.Combine(few, Path.GetFileName(file)));
        }

        using var many = Json(
            "prune", "--model", _model, "--calibration-images", _train, "--block", "8x8", "--output", _folder.File("a.zip"));
        var none = CliRun.Of(
            "prune", "--model", _model, "--calibration-images", few, "--block", "8x8", "--output", _folder.File("b.zip"), "--json");

        Assert.AreEqual(2, many.RootElement.GetProperty("heldOut").GetProperty("images").GetInt32());
        Assert.AreEqual(0, none.ExitCode, none.Error);
        StringAssert.Contains(none.Error, "No image is held out of 4 that calibrate");
        using var answer = JsonDocument.Parse(none.Output);
        Assert.IsFalse(answer.RootElement.TryGetProperty("heldOut", out _));
    }

    private string Prune(params string[] options)
    {
        string zip = _folder.File($"{Path.GetRandomFileName()}.zip");
        var run = CliRun.Of(["prune", "--model", _model, .. options, "--block", "8x8", "--output", zip]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        return zip;
    }

    // In the order of the classes.
    private string Flatten(string folder)
    {
        string flat = Directory.CreateDirectory(_folder.File($"flat-{Path.GetFileName(folder)}")).FullName;
        foreach (string file in Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(flat, $"{Path.GetFileName(Path.GetDirectoryName(file))}-{Path.GetFileName(file)}"));
        }

        return flat;
    }

    private string Scores(string zip) => CliRun.Of("predict", zip, Path.Combine(_val, "bee", "6.png"), "--json").Output;

    private static string[] Names(CliRun run) => [.. run.Output.Split('\n')[..^1].Select(line => line.Split(": ")[0])];

    private static JsonDocument Json(params string[] arguments)
    {
        var run = CliRun.Of([.. arguments, "--json"]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        return JsonDocument.Parse(run.Output);
    }

    private static int Number(JsonDocument json, string key) => json.RootElement.GetProperty(key).GetInt32();
}
