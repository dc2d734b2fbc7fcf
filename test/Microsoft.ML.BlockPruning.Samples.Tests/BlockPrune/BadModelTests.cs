using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>Files that are no model, or not this one: a message with the next step, and no stack trace.</summary>
[TestClass]
public sealed class BadModelTests : IDisposable
{
    private const int ReadableOffset = 76; // of ML.NET's header: the least version that may read the folder
    private static readonly string[] Classes = ["ant", "bee", "cat"];

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _images;
    private readonly string _zip;

    public BadModelTests()
    {
        _model = TinyNetwork.Save(_folder, classes: 3, labels: Classes);
        _images = TinyNetwork.SaveImages(_folder, perClass: 5, Classes);
        _zip = _folder.File("pruned.zip");
        Assert.AreEqual(
            0, CliRun.Of("prune", "--model", _model, "--images", _images, "--block", "8x8", "--refit", "none", "--output", _zip).ExitCode);
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("photos.zip", "is a zip file, but no model of ML.NET: expected what SavePruned or blockprune wrote")]
    [DataRow("sentiment.zip", "is ML.NET's and holds no pruned network; it has TransformerChain")]
    [DataRow("later.zip", "was saved by a later version")]
    [DataRow("empty", "holds no network: looked for model.safetensors")]
    [DataRow("text.safetensors", "not a safetensors file")]
    public void OtherFile_IsRefusedByEveryVerbThatReads(string name, string says)
    {
        string path = Make(name);
        string[][] verbs =
        [
            ["evaluate", path, "--images", _images], ["predict", path, Path.Combine(_images, "ant", "0.png")], ["inspect", path],
            ["bench", path], ["report", "--model", path, "--output", _folder.File("page.html")], ["export", path, _folder.File("out.zip")],
        ];
        foreach (string[] verb in verbs)
        {
            AssertFails(1, says, verb);
        }

        Assert.IsFalse(File.Exists(_folder.File("out.zip")));
    }

    /// <summary>Verbs that take dense networks read it, and find it empty; others say that it is none that was pruned.</summary>
    [TestMethod]
    [DataRow("the pickle ends early", "evaluate", "predict", "inspect", "bench")]
    [DataRow("is a checkpoint of PyTorch", "report", "export")]
    public void CheckpointOfPyTorch_IsReadWhereADenseNetworkWouldDo(string says, params string[] verbs)
    {
        string path = Make("deit.pth");
        foreach (string verb in verbs)
        {
            AssertFails(1, says, verb switch
            {
                "evaluate" => [verb, path, "--images", _images],
                "predict" => [verb, path, Path.Combine(_images, "ant", "0.png")],
                "report" => [verb, "--model", path, "--output", _folder.File("page.html")],
                "export" => [verb, path, _folder.File("out.zip")],
                _ => [verb, path],
            });
        }
    }

    [TestMethod]
    public void Labels_ThatAreNotTheFolders_AreShownBesideThem()
    {
        string[] others = ["eel", "fox", "gnu"];
        using var other = new TemporaryFolder();

        AssertFails(
            1, "The class 'eel' is unknown to the network; its classes are ant, bee, cat; the images' are eel, fox, gnu. Name them alike",
            "evaluate", _zip, "--images", TinyNetwork.SaveImages(other, perClass: 5, others));
    }

    /// <summary>A pipeline of the user's own, with columns of other names and steps that this program does not have.</summary>
    [TestMethod]
    public void Columns_OfOtherNames_DoNotMatter()
    {
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromEnumerable(ImageFolder.Read(_images).SelectMany(files => files).Select(
            file => new Row { Class = file.Label, Photo = File.ReadAllBytes(file.ImagePath) }).ToList());
        var model = ml.Transforms.Conversion.MapValueToKey("Kind", "Class")
            .Append(ml.Transforms.CopyColumns("Copy", "Photo"))
            .Append(ml.Transforms.PruneBlocks(new BlockPruneEstimator.Options
            {
                ModelPath = _model,
                ImageColumnName = "Copy",
                LabelColumnName = "Kind",
                ScoreColumnName = "Logits",
                PredictedLabelColumnName = "Answer",
                Budget = PruneBudget.Flops(1),
                Refit = PruneRefit.None,
            })).Fit(rows);
        string own = _folder.File("own.zip");
        ml.Model.Save(model, rows.Schema, own);

        var run = CliRun.Of("evaluate", own, "--dense", _model, "--images", _images, "--json");
        var predicted = CliRun.Of("predict", own, Path.Combine(_images, "bee", "1.png"));

        Assert.AreEqual(0, run.ExitCode, run.Error);
        using var answer = JsonDocument.Parse(run.Output);
        Assert.AreEqual(1, answer.RootElement.GetProperty("models")[1].GetProperty("agreement").GetDouble());
        Assert.AreEqual(0, predicted.ExitCode, predicted.Error);
    }

    [TestMethod]
    public void Checkpoint_WhereAPrunedModelIsNeeded_AndTheReverse()
    {
        const string dense = "a dense checkpoint is pruned first, or scored with every block by LoadViT and blockprune's evaluate";
        AssertFails(1, dense, "report", "--model", _model, "--output", _folder.File("page.html"));
        AssertFails(1, dense, "export", _model, _folder.File("out.safetensors"));
        AssertFails(
            1, "a model that ML.NET saved, such as an already pruned one, expected a PyTorch file of tensors. Give the dense checkpoint",
            "prune", "--model", _zip, "--images", _images, "--output", _folder.File("twice.zip"));
        Assert.AreEqual(0, CliRun.Of("export", _zip, _folder.File("alone.safetensors")).ExitCode);
        AssertFails(
            1, "already pruned, block-sparse network",
            "prune", "--model", _folder.File("alone.safetensors"), "--images", _images, "--output", _folder.File("twice.zip"));
    }

    [TestMethod]
    public void ModelsOfOtherNetworks_AreNotShownBesideEachOther()
    {
        using var other = new TemporaryFolder();
        using var another = new TemporaryFolder();
        string four = TinyNetwork.Save(other, classes: 4), grey = TinyNetwork.Save(another, classes: 3, channels: 1);

        AssertFails(
            1, "tiny.safetensors and pruned.zip do not have the same classes: 0, 1, 2, 3, but ant, bee, cat. Compare models of",
            "evaluate", _zip, four, "--images", _images);
        AssertFails(2, "pruned.zip reads 3x8x8 and tiny.safetensors 1x8x8; bench them one by one", "bench", _zip, grey);
    }

    [TestMethod]
    public void Export_ToAZip_LeavesTheFormatOfSafetensorsAlone() => AssertFails(
        2, "--format says how safetensors are written", "export", _zip, _folder.File("out.zip"), "--format", "dense");

    private string Make(string name)
    {
        string path = _folder.File(name);
        switch (name)
        {
            case "photos.zip" or "deit.pth":
                using (var zip = ZipFile.Open(path, ZipArchiveMode.Create))
                {
                    zip.CreateEntry(name == "deit.pth" ? "archive/data.pkl" : "photo.png");
                }

                break;
            case "sentiment.zip":
                var ml = new MLContext();
                var rows = ml.Data.LoadFromEnumerable([new Row()]);
                var copies = ml.Transforms.CopyColumns("Other", "Class").Append(ml.Transforms.CopyColumns("More", "Class"));
                ml.Model.Save(copies.Fit(rows), rows.Schema, path);
                break;
            case "later.zip":
                File.Copy(_zip, path);
                using (var zip = ZipFile.Open(path, ZipArchiveMode.Update))
                {
                    using var header = zip.GetEntry($"{FolderOf(zip)}Model.key")!.Open();
                    header.Position = ReadableOffset;
                    byte[] version = new byte[sizeof(uint)];
                    BinaryPrimitives.WriteUInt32LittleEndian(version, uint.MaxValue);
                    header.Write(version);
                }

                break;
            case "empty":
                Directory.CreateDirectory(path);
                break;
            default:
                File.WriteAllText(path, "These are some words, and not even a few weights of a network.");
                break;
        }

        return path;
    }

    private static string FolderOf(ZipArchive zip)
    {
        string network = zip.Entries.Single(entry => entry.Name == "SparseViT").FullName;
        return network[..^"SparseViT".Length];
    }

    private static void AssertFails(int exitCode, string says, params string[] arguments)
    {
        var run = CliRun.Of(arguments);

        Assert.AreEqual(exitCode, run.ExitCode, $"{arguments[0]}: {run.Output}{run.Error}");
        StringAssert.Contains(run.Error, says, arguments[0]);
        Assert.DoesNotContain("   at ", run.Error, "a user gets no stack trace");
    }

    private sealed class Row
    {
        public string Class { get; set; } = "";

        public byte[] Photo { get; set; } = [];
    }
}
