using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>One file has one answer, whichever program reads it; and what no program should decode, none does.</summary>
[TestClass]
public sealed class OneDecoderTests : IDisposable
{
    private static readonly string[] Classes = ["ant", "bee", "cat"];

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _images;

    public OneDecoderTests()
    {
        _model = TinyNetwork.Save(_folder, classes: 3);
        _images = TinyNetwork.SaveImages(_folder, perClass: 10, Classes);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Both files show the same colours (Pillow), one with an alpha that LoadImages blends with black.</summary>
    [TestMethod]
    public void Predict_DropsAlpha_AsAnEngineOfTheSavedFileDoes()
    {
        string zip = Prune();
        string rgba = CaseFiles.Image("rgba.png"), palette = CaseFiles.Image("palette.png");

        var predicted = new[] { rgba, palette }.Select(path => Scores("predict", zip, path).Single()).ToList();
        var context = new MLContext();
        using var engine = context.Model.CreatePredictionEngine<ImageContent, ScoreRow>(context.Model.Load(zip, out _));
        var byEngine = new[] { rgba, palette }
            .Select(path => engine.Predict(new ImageContent { Image = File.ReadAllBytes(path) }).Score).ToList();

        CollectionAssert.AreEqual(predicted[0], predicted[1]);
        CollectionAssert.AreEqual(predicted[0], byEngine[0]);
        CollectionAssert.AreEqual(predicted[1], byEngine[1]);
        CollectionAssert.AreNotEqual(predicted[0], BlendedScores(zip, rgba), "else the test shows nothing");
    }

    /// <summary>As this program wrote them before: LoadImages before the network, a path in every row.</summary>
    [TestMethod]
    public void AModelThatTakesPaths_IsStillEvaluatedAndPredictedWith()
    {
        var context = new MLContext(seed: 1);
        var rows = context.Data.LoadFromEnumerable(ImageFolder.Read(_images).SelectMany(files => files).ToList());
        var model = context.Transforms.LoadImages("Image", "", nameof(ImageFileRow.ImagePath))
            .Append(context.Transforms.Conversion.MapValueToKey("Label"))
            .Append(context.Transforms.PruneBlocks(new BlockPruneEstimator.Options
            {
                ModelPath = _model,
                Block = new BlockShape(8, 8),
                Budget = PruneBudget.Flops(1),
            })).Fit(rows);
        string old = _folder.File("old.zip");
        context.Model.Save(model, rows.Schema, old);

        Assert.AreEqual(0, CliRun.Of("evaluate", old, "--images", _images).ExitCode);
        CollectionAssert.AreEqual(
            Scores("predict", old, CaseFiles.Image("rgba.png"))[0], Scores("predict", old, CaseFiles.Image("palette.png"))[0]);
    }

    [TestMethod]
    public void HugeHeader_IsNamedBeforeTheWork_AndSkippedOnRequest()
    {
        string zip = Prune();
        string huge = CaseFiles.Image("huge-header-only.png"), wide = CaseFiles.Image("png-20000x20000-1bit.png");
        string whole = Path.Combine(_images, "ant", "1.png");

        var refused = CliRun.Of("predict", zip, huge, whole);
        var skipped = CliRun.Of("predict", zip, huge, whole, wide, "--unreadable", "skip");

        Assert.AreEqual(1, refused.ExitCode);
        StringAssert.Contains(refused.Error, $"1 image cannot be read: {huge} (the image is ");
        StringAssert.Contains(refused.Error, "above the limit of 89478485 pixels");
        StringAssert.Contains(refused.Error, "--max-pixels");
        Assert.AreEqual(0, skipped.ExitCode, skipped.Error);
        StringAssert.StartsWith(skipped.Output, $"{whole}: ");
        StringAssert.Contains(skipped.Error, $"{wide} (the image is 20000x20000 pixels");
    }

    [TestMethod]
    public void MaximumPixels_IsSavedByPrune_AndOverruledOnTheCommandLine()
    {
        string zip = Prune("--max-pixels", "255");
        string image = CaseFiles.Image("rgba.png"); // 16 x 16

        var asSaved = CliRun.Of("predict", zip, image);
        var raised = CliRun.Of("predict", zip, image, "--max-pixels", "256");
        var evaluated = CliRun.Of("evaluate", zip, "--images", _images, "--max-pixels", "63"); // they are 8 x 8

        Assert.AreEqual(1, asSaved.ExitCode);
        StringAssert.Contains(asSaved.Error, "16x16 pixels by its header, above the limit of 255");
        Assert.AreEqual(0, raised.ExitCode, raised.Error);
        Assert.AreEqual(1, evaluated.ExitCode);
        StringAssert.Contains(evaluated.Error, "24 images cannot be read");
    }

    [TestMethod]
    [DataRow("0")]
    [DataRow("-1")]
    [DataRow("1e9")]
    [DataRow("99999999999999999999")]
    public void MaximumPixels_ThatIsNoNumber_IsAWrongOption(string value)
    {
        var run = CliRun.Of("predict", "none.zip", "none.png", $"--max-pixels={value}");

        Assert.AreEqual(2, run.ExitCode);
        StringAssert.Contains(run.Error, "--max-pixels");
    }

    [TestMethod]
    public void ApplyOrientation_IsAskedForAtPruningAndHoldsForTheModel()
    {
        var context = new MLContext();

        bool[] applied = [.. new[] { Prune(), Prune("--apply-orientation") }.Select(zip =>
        {
            using var network = global::BlockPrune.Cli.ModelFile.Open(context, zip, CheckpointOptions.Default);
            return network.ApplyOrientation;
        })];

        CollectionAssert.AreEqual(new[] { false, true }, applied);
    }

    /// <summary>A link to a device that never ends, and a pipe that nobody writes, among the images.</summary>
    [TestMethod]
    [DataRow("ln -s /dev/zero", "device")]
    [DataRow("mkfifo", "pipe")]
    [OSCondition(OperatingSystems.Linux)]
    public void EndlessFile_IsAnUnreadableImage(string make, string kind)
    {
        string link = Path.Combine(_images, "ant", "0.png");
        File.Delete(link);
        string[] command = [.. make.Split(' '), link];
        using (var maker = Process.Start(command[0], command[1..]))
        {
            maker.WaitForExit();
        }

        var run = CliRun.Of("prune", "--model", _model, "--images", _images, "--output", _folder.File("none.zip"));

        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, $"1 image cannot be read: {link} (Cannot read '{link}': it is a {kind}, expected a regular file");
    }

    private static List<float[]> Scores(params string[] arguments)
    {
        var run = CliRun.Of([.. arguments, "--json"]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        return
        [
            .. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
            {
                using var answer = JsonDocument.Parse(line);
                return answer.RootElement.GetProperty("score").EnumerateArray().Select(score => score.GetSingle()).ToArray();
            }),
        ];
    }

    private static float[] BlendedScores(string zip, string path)
    {
        var context = new MLContext();
        using var network = global::BlockPrune.Cli.ModelFile.Open(context, zip, CheckpointOptions.Default);
        var rows = context.Data.LoadFromEnumerable(new[] { new ImageFileRow { ImagePath = path } });
        var loaded = context.Transforms.LoadImages("Image", "", nameof(ImageFileRow.ImagePath)).Fit(rows).Transform(rows);
        return network.Transform(loaded).GetColumn<float[]>("Score").Single();
    }

    private string Prune(params string[] options)
    {
        string zip = _folder.File($"pruned{options.Length}.zip");
        var run = CliRun.Of(
            ["prune", "--model", _model, "--images", _images, "--keep", "1", "--block", "8x8", "--output", zip, .. options]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        return zip;
    }

    /// <summary>As an application has it.</summary>
    private sealed class ImageContent
    {
        public byte[] Image { get; set; } = [];

        public string Label { get; set; } = "";

        public string ImagePath { get; set; } = "";
    }
}
