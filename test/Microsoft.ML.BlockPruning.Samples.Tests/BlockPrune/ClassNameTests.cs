using System.Text;
using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>Folders whose names are not the network's: matched and shown, or refused with both lists.</summary>
[TestClass]
public sealed class ClassNameTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The network has dog, cat, bird; by the alphabet of the folders Bird would be its dog.</summary>
    [TestMethod]
    public void Case_OfAnotherSpelling_IsMatchedAndShown()
    {
        string model = Path.Combine(Cases("dog-cat-bird"), "tiny.safetensors"), zip = _folder.File("pruned.zip");
        string images = TinyNetwork.SaveImages(_folder, perClass: 10, "Dog", "Cat", "Bird");

        var pruned = CliRun.Of("prune", "--model", model, "--images", images, "--block", "8x8", "--output", zip);
        var predicted = CliRun.Of("predict", zip, Path.Combine(images, "Dog", "0.png"), "--json");
        var evaluated = CliRun.Of("evaluate", zip, "--images", images, "--json");

        Assert.AreEqual(0, pruned.ExitCode, pruned.Error);
        StringAssert.Contains(
            pruned.Output, "Classes: 0 dog (the images' 'Dog'), 1 cat (the images' 'Cat'), 2 bird (the images' 'Bird').");
        StringAssert.Contains(pruned.Output, "Preprocessing: input ");
        Assert.AreEqual(0, evaluated.ExitCode, evaluated.Error);
        using var answer = JsonDocument.Parse(predicted.Output);
        CollectionAssert.Contains(new[] { "dog", "cat", "bird" }, answer.RootElement.GetProperty("label").GetString());
        using var quality = JsonDocument.Parse(evaluated.Output);
        Assert.AreEqual("0 dog Dog, 1 cat Cat, 2 bird Bird", Classes(quality.RootElement));
        Assert.AreEqual(Right(zip, images, "Dog", "Cat", "Bird"), quality.RootElement.GetProperty("top1").GetDouble(), 1e-9);
    }

    [TestMethod]
    public void Case_OfNamesThatOccurTwice_HasNumbers()
    {
        string model = Path.Combine(Cases("duplicate-labels"), "model.safetensors");
        string images = TinyNetwork.SaveImages(_folder, perClass: 5, "crane", "a");

        var run = CliRun.Of("prune", "--model", model, "--images", images, "--block", "8x8", "--output", _folder.File("none.zip"));

        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "'crane' may be each of 'crane (0)', 'crane (4)'");
        Directory.Move(Path.Combine(images, "crane"), Path.Combine(images, "crane (4)"));
        string[] names = [.. new MLContext().BlockPruning().MatchClasses(model, ["a", "crane (4)"]).Select(one => one.Name)];
        CollectionAssert.AreEqual(new[] { "crane (0)", "a", "b", "c", "crane (4)" }, names);
    }

    /// <summary>As a Mac writes the name of a folder, and as a program writes a name in JSON.</summary>
    [TestMethod]
    public void Accent_OfAnotherForm_IsTheSameName()
    {
        string model = TinyNetwork.Save(_folder, classes: 2, labels: ["caf\u00e9", "tea"]), zip = _folder.File("pruned.zip");
        string images = TinyNetwork.SaveImages(_folder, perClass: 5, "cafe\u0301", "tea");

        var pruned = CliRun.Of("prune", "--model", model, "--images", images, "--block", "8x8", "--output", zip);
        var evaluated = CliRun.Of("evaluate", zip, "--images", images, "--json");

        Assert.AreEqual(0, pruned.ExitCode, pruned.Error);
        Assert.AreEqual(0, evaluated.ExitCode, evaluated.Error);
        using var quality = JsonDocument.Parse(evaluated.Output);
        Assert.AreEqual(8, quality.RootElement.GetProperty("images").GetInt32());
        Assert.AreEqual("0 caf\u00e9 cafe\u0301, 1 tea ", Classes(quality.RootElement));
    }

    [TestMethod]
    public void UnnamedNetwork_OfTwoOrders_AsksWhich()
    {
        string model = TinyNetwork.Save(_folder, classes: 3), zip = _folder.File("pruned.zip");
        string images = TinyNetwork.SaveImages(_folder, perClass: 5, "Zebra", "ant", "class10");
        string[] prune = ["prune", "--model", model, "--images", images, "--block", "8x8", "--output", zip, "--json"];

        var refused = CliRun.Of(prune);
        var natural = CliRun.Of([.. prune, "--class-order", "natural"]);
        var ordinal = CliRun.Of([.. prune, "--class-order", "ordinal"]);

        Assert.AreEqual(1, refused.ExitCode);
        StringAssert.Contains(refused.Error, "ant, class10, Zebra (Natural) or Zebra, ant, class10 (Ordinal)");
        Assert.AreEqual(0, natural.ExitCode, natural.Error);
        Assert.AreEqual("0 ant , 1 class10 , 2 Zebra ", Classes(natural));
        Assert.AreEqual("0 Zebra , 1 ant , 2 class10 ", Classes(ordinal));
    }

    [TestMethod]
    public void TwoFoldersOfOneClass_AreRefused()
    {
        string model = TinyNetwork.Save(_folder, classes: 2, labels: ["polar bear", "ant"]);
        string images = TinyNetwork.SaveImages(_folder, perClass: 5, "polar_bear", "PolarBear", "ant");

        var run = CliRun.Of("prune", "--model", model, "--images", images, "--output", _folder.File("none.zip"));

        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "'PolarBear' and 'polar_bear' are one class of the network, 'polar bear'");
    }

    [TestMethod]
    public void Evaluate_OfSomeClasses_SaysWhichHaveNoImages()
    {
        string model = TinyNetwork.Save(_folder, classes: 3, labels: ["owl", "cat", "bee"]), zip = _folder.File("pruned.zip");
        string images = TinyNetwork.SaveImages(_folder, perClass: 5, "cat", "bee");
        Assert.AreEqual(0, CliRun.Of("prune", "--model", model, "--images", images, "--block", "8x8", "--output", zip).ExitCode);

        var run = CliRun.Of("evaluate", zip, "--images", images, "--json");

        using var answer = JsonDocument.Parse(run.Output);
        Assert.AreEqual("owl", answer.RootElement.GetProperty("classesWithoutImages").EnumerateArray().Single().GetString());
    }

    [TestMethod]
    public void Inspect_ShowsPreprocessingAndClasses()
    {
        string model = TinyNetwork.Save(_folder, classes: 2, labels: ["cat", "bee"]), zip = _folder.File("pruned.zip");
        string images = TinyNetwork.SaveImages(_folder, perClass: 5, "cat", "bee");
        Assert.AreEqual(0, CliRun.Of("prune", "--model", model, "--images", images, "--block", "8x8", "--output", zip).ExitCode);

        var run = CliRun.Of("inspect", zip);
        using var json = JsonDocument.Parse(CliRun.Of("inspect", zip, "--json").Output);

        string shown = run.Output.ReplaceLineEndings(" ");
        StringAssert.Contains(shown, "resize shortest side to 8 pixels (from config.json, crop_pct)");
        StringAssert.Contains(shown, "filter bicubic (from the default, config.json has no interpolation)");
        StringAssert.Contains(shown, "Classes: 0 cat, 1 bee.");
        var resize = json.RootElement.GetProperty("preprocessing").EnumerateArray().Single(
            step => step.GetProperty("name").GetString() == "resize");
        Assert.AreEqual("config.json, crop_pct", resize.GetProperty("origin").GetString());
    }

    /// <summary>The labels of an IDX file are the network's own numbers, whatever order the keys of a model have.</summary>
    [TestMethod]
    public void BundledImages_AreMatchedByName()
    {
        using var network = new MLContext().Transforms.LoadSparseViT(Alphabetical());

        var images = ImageSource.Open(new MLContext(), new ImageOrigin.Bundled(), NetworkClasses.Of(network));

        var keyed = images.Preparation.Fit(images.Calibration).Transform(images.Test);
        var names = default(Microsoft.ML.Data.VBuffer<ReadOnlyMemory<char>>);
        keyed.Schema["Label"].Annotations.GetValue("KeyValues", ref names);
        CollectionAssert.AreEqual(network.LabelNames.ToArray(), names.DenseValues().Select(name => name.ToString()).ToArray());
    }

    private string Alphabetical()
    {
        string[] names = [.. global::FashionMnist.FashionMnistData.ClassNames.Order(StringComparer.Ordinal)];
        string model = TinyNetwork.Save(_folder, classes: 10, channels: 1, labels: names), path = _folder.File("alphabetical.safetensors");
        var context = new MLContext(seed: 1);
        var rows = context.Data.LoadFromEnumerable([new PixelRow { Image = new float[64], Label = "" }], PixelRow.Schema(64));
        using var network = context.Transforms.PruneBlocks(new BlockPruneEstimator.Options
        {
            ModelPath = model,
            LabelColumnName = null,
            Block = new(8, 8),
            Budget = PruneBudget.Flops(1),
        }).Fit(rows);
        network.SaveNetwork(path);
        return path;
    }

    /// <summary>Top-1 over the test images (all but the first and sixth of a class), by what predict says of each file.</summary>
    private static double Right(string zip, string images, params string[] folders)
    {
        string[] files = [.. folders.SelectMany(folder => Enumerable.Range(0, 10).Where(i => i % 5 != 0)
            .Select(i => Path.Combine(images, folder, $"{i}.png")))];
        var lines = CliRun.Of(["predict", zip, .. files, "--json"]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Average(line =>
        {
            using var answer = JsonDocument.Parse(line);
            string folder = Path.GetFileName(Path.GetDirectoryName(answer.RootElement.GetProperty("image").GetString())!);
            return folder.Equals(answer.RootElement.GetProperty("label").GetString(), StringComparison.OrdinalIgnoreCase) ? 1.0 : 0;
        });
    }

    private static string Classes(CliRun run)
    {
        using var answer = JsonDocument.Parse(run.Output);
        return Classes(answer.RootElement);
    }

    private static string Classes(JsonElement answer)
    {
        var text = new StringBuilder();
        foreach (var one in answer.GetProperty("classes").EnumerateArray())
        {
            string label = one.TryGetProperty("label", out var found) ? found.GetString()! : "";
            text.Append(text.Length > 0 ? ", " : "").Append($"{one.GetProperty("index")} {one.GetProperty("name").GetString()} {label}");
        }

        return text.ToString();
    }

    private static string Cases(string name)
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !Directory.Exists(Path.Combine(folder, "test", "Cases")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder!, "test", "Cases", "labels", name);
    }
}
