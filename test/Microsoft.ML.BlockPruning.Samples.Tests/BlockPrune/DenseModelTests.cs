using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>"Does it read my network right?": verbs that look at a model take a checkpoint too, and show it beside pruned ones.</summary>
[TestClass]
public sealed class DenseModelTests : IDisposable
{
    private static readonly string[] Classes = ["dog", "ant", "bee"];

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _images;

    public DenseModelTests()
    {
        _model = TinyNetwork.Save(_folder, classes: 3, labels: Classes);
        _images = TinyNetwork.SaveImages(_folder, perClass: 10, Classes);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>With every block kept and nothing refitted a pruned model is the dense network.</summary>
    [TestMethod]
    public void Evaluate_OfACheckpoint_IsThatOfAModelThatLostNothing()
    {
        using var dense = Json("evaluate", _model, "--images", _images);
        using var whole = Json("evaluate", Prune("whole.zip", "1"), "--images", _images);

        Assert.AreEqual(24, dense.RootElement.GetProperty("images").GetInt32());
        Assert.AreEqual(whole.RootElement.GetProperty("top1").GetDouble(), dense.RootElement.GetProperty("top1").GetDouble());
        Assert.AreEqual(NamesIn(whole), NamesIn(dense));
        var steps = dense.RootElement.GetProperty("preprocessing").EnumerateArray()
            .ToDictionary(step => step.GetProperty("name").GetString()!, step => step.GetProperty("origin").GetString());
        Assert.AreEqual("config.json, crop_pct", steps["resize"]);
        Assert.AreEqual("the default", steps["orientation"]);
    }

    /// <summary>By what predict says of each file: top-1, agreement, and which answers changed.</summary>
    [TestMethod]
    public void Evaluate_BesideDense_CountsTheAnswersOfPredict()
    {
        string zip = Prune("half.zip", "0.5");
        string[] files = [.. Classes.SelectMany(label => Enumerable.Range(0, 10).Where(i => i % 5 != 0)
            .Select(i => Path.Combine(_images, label, $"{i}.png")))];
        var (dense, pruned) = (Labels(_model, files), Labels(zip, files));
        string[] told = [.. files.Select(file => Path.GetFileName(Path.GetDirectoryName(file))!)];

        using var answer = Json("evaluate", zip, "--dense", _model, "--images", _images);

        var models = answer.RootElement.GetProperty("models").EnumerateArray().ToList();
        CollectionAssert.AreEqual(new[] { "dense", "half.zip" }, models.Select(one => one.GetProperty("model").GetString()).ToArray());
        Assert.AreEqual(Share(told, dense), models[0].GetProperty("top1").GetDouble(), 1e-12);
        Assert.AreEqual(Share(told, pruned), models[1].GetProperty("top1").GetDouble(), 1e-12);
        Assert.AreEqual(Share(told, pruned), answer.RootElement.GetProperty("top1").GetDouble(), 1e-12, "the first that is named");
        Assert.AreEqual(Share(dense, pruned), models[1].GetProperty("agreement").GetDouble(), 1e-12);
        Assert.IsFalse(models[0].TryGetProperty("agreement", out _));
        Assert.AreEqual(
            told.Where((label, i) => pruned[i] == label && dense[i] != label).Count(), models[1].GetProperty("becameRight").GetInt32());
        Assert.AreEqual(
            told.Where((label, i) => pruned[i] != label && dense[i] == label).Count(), models[1].GetProperty("becameWrong").GetInt32());
        foreach (var pair in models[1].GetProperty("confusions").EnumerateArray())
        {
            string label = pair.GetProperty("class").GetString()!, taken = pair.GetProperty("takenFor").GetString()!;
            Assert.AreEqual(
                told.Where((one, i) => one == label && pruned[i] == taken).Count(), pair.GetProperty("images").GetInt32());
        }
    }

    /// <summary>The keys of this model are in another order than the network's classes.</summary>
    [TestMethod]
    public void Evaluate_AlignsClassesOfAnotherOrder()
    {
        string own = _folder.File("own.zip");
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromEnumerable(ImageFolder.Read(_images).SelectMany(files => files).Reverse().ToList());
        var model = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.Transforms.PruneBlocks(new BlockPruneEstimator.Options
        {
            ModelPath = _model,
            Budget = PruneBudget.Flops(1),
            Refit = PruneRefit.None,
        })).Fit(rows);
        ml.Model.SavePruned(model, own);
        CollectionAssert.AreNotEqual(Classes, model.LastTransformer.LabelNames.ToArray(), "else the test shows nothing");

        using var answer = Json("evaluate", own, "--dense", _model, "--images", _images);

        Assert.AreEqual(1, answer.RootElement.GetProperty("models")[1].GetProperty("agreement").GetDouble());
    }

    [TestMethod]
    public void Evaluate_OfAnUnnamedNetwork_TakesTheImagesNames()
    {
        using var folder = new TemporaryFolder();
        string model = TinyNetwork.Save(folder, classes: 3), images = TinyNetwork.SaveImages(folder, perClass: 5, "ant", "bee", "cat");
        string zip = folder.File("pruned.zip");
        Run("prune", "--model", model, "--images", images, "--block", "8x8", "--keep", "1", "--refit", "none", "--output", zip);

        using var alone = Json("evaluate", model, "--images", images);
        using var beside = Json("evaluate", zip, "--dense", model, "--images", images);
        using var reverse = Json("evaluate", model, zip, "--images", images);

        Assert.AreEqual("ant, bee, cat", NamesIn(alone));
        Assert.AreEqual(1, beside.RootElement.GetProperty("models")[1].GetProperty("agreement").GetDouble());
        Assert.AreEqual(1, reverse.RootElement.GetProperty("models")[1].GetProperty("agreement").GetDouble());
    }

    [TestMethod]
    public void Evaluate_ShowsTablesForPeople()
    {
        var one = CliRun.Of("evaluate", Prune("half.zip", "0.5"), "--images", _images);
        var two = CliRun.Of("evaluate", _folder.File("half.zip"), "--dense", _model, "--images", _images);

        Assert.AreEqual(0, one.ExitCode, one.Error);
        StringAssert.Matches(one.Output, new("^top-1 [0-9.]+ %, mean over classes [0-9.]+ %, 24 images"));
        StringAssert.Contains(one.Output, "0 dog");
        StringAssert.Contains(two.Output, "same answer as dense %");
        StringAssert.Contains(two.Output, "half.zip: right");
    }

    /// <summary>Stages have merges beside their blocks: rows of the chart with other parts.</summary>
    [TestMethod]
    public void Inspect_OfASwin_ShowsItsMergesBesideItsBlocks()
    {
        string swin = Path.Combine(RepositoryRoot.Path, "test", "Microsoft.ML.BlockPruning.Tests", "Golden", "nets", "hf4_swin");

        var shown = CliRun.Of("inspect", Path.Combine(swin, "model.safetensors"));

        Assert.AreEqual(0, shown.ExitCode, shown.Error);
        StringAssert.Contains(shown.Output, "reduction");
        StringAssert.Contains(shown.Output.ReplaceLineEndings(" "), "5 layers, 16 features, 2 or 4 heads");
    }

    [TestMethod]
    public void Inspect_ShowsWhatWasAssumedOfACheckpoint_AndTakesItsFolder()
    {
        using var folder = new TemporaryFolder();
        File.Move(TinyNetwork.Save(folder, classes: 3, labels: Classes), folder.File("model.safetensors"));
        File.WriteAllText(folder.File("preprocessor_config.json"), """{"do_pad": false, "resample": 1, "colour": 1}""");

        var shown = CliRun.Of("inspect", folder.Path);
        using var json = Json("inspect", folder.File("model.safetensors"));

        Assert.AreEqual(0, shown.ExitCode, shown.Error);
        string text = shown.Output.ReplaceLineEndings(" ");
        StringAssert.Contains(text, "2 layers, 32 features, 2 heads, LayerNorm epsilon 1E-06, 3 classes; dense, nothing is removed.");
        StringAssert.Contains(text, "filter lanczos (from preprocessor_config.json, resample)");
        StringAssert.Contains(text, "Classes: 0 dog, 1 ant, 2 bee.");
        StringAssert.Contains(text, "has keys that are not known here and were passed over: colour");
        Assert.IsTrue(json.RootElement.GetProperty("isDense").GetBoolean());
        Assert.AreEqual(
            json.RootElement.GetProperty("denseMultiplyAdds").GetInt64(), json.RootElement.GetProperty("multiplyAdds").GetInt64());
    }

    [TestMethod]
    public void Inspect_OfSeveral_HasAColumnEach()
    {
        string half = Prune("half.zip", "0.5"), more = Prune("more.zip", "0.8");

        var shown = CliRun.Of("inspect", half, more, _model);
        using var json = Json("inspect", half, more, _model);

        Assert.AreEqual(0, shown.ExitCode, shown.Error);
        StringAssert.Contains(shown.Output.Split('\n')[1], "half.zip");
        StringAssert.Contains(shown.Output.Split('\n')[1], "tiny.safetensors");
        var all = json.RootElement.GetProperty("models").EnumerateArray();
        long[] costs = [.. all.Select(one => one.GetProperty("multiplyAdds").GetInt64())];
        CollectionAssert.AreEqual(costs.Order().ToArray(), costs);
        Assert.AreEqual(costs[0], json.RootElement.GetProperty("multiplyAdds").GetInt64());
    }

    [TestMethod]
    public void Bench_TimesSeveralInTurn_AndACheckpointAlone()
    {
        string half = Prune("half.zip", "0.5"), more = Prune("more.zip", "0.8");

        using var several = Json("bench", half, more, "--batch", "2", "--seconds", "0.01");
        using var alone = Json("bench", _model, "--batch", "2", "--seconds", "0.01");

        var row = several.RootElement.GetProperty("batches")[0];
        var models = row.GetProperty("models").EnumerateArray().ToList();
        CollectionAssert.AreEqual(new[] { "half.zip", "more.zip" }, models.Select(one => one.GetProperty("model").GetString()).ToArray());
        foreach (var model in models)
        {
            double dense = Median(row.GetProperty("dense")), pruned = Median(model.GetProperty("latency"));
            Assert.AreEqual(dense / pruned, model.GetProperty("speedup").GetDouble(), 1e-9);
        }

        Assert.AreEqual(1, alone.RootElement.GetProperty("batches")[0].GetProperty("speedup").GetDouble(), "it is compared with itself");
    }

    private static string NamesIn(JsonDocument answer) => string.Join(
        ", ", answer.RootElement.GetProperty("classes").EnumerateArray().Select(one => one.GetProperty("name").GetString()));

    private static double Median(JsonElement latency) => latency.GetProperty("medianMs").GetDouble();

    private static double Share(string[] one, string[] other) =>
        one.Zip(other).Count(pair => pair.First == pair.Second) / (double)one.Length;

    private static string[] Labels(string model, string[] files)
    {
        var run = CliRun.Of(["predict", model, .. files, "--json"]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        return
        [
            .. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
            {
                using var answer = JsonDocument.Parse(line);
                return answer.RootElement.GetProperty("label").GetString()!;
            }),
        ];
    }

    private string Prune(string name, string keep)
    {
        string zip = _folder.File(name);
        Run("prune", "--model", _model, "--images", _images, "--block", "8x8", "--refit", "none", "--keep", keep, "--output", zip);
        return zip;
    }

    private static JsonDocument Json(params string[] arguments) => JsonDocument.Parse(Run([.. arguments, "--json"]).Output);

    private static CliRun Run(params string[] arguments)
    {
        var run = CliRun.Of(arguments);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        return run;
    }
}
