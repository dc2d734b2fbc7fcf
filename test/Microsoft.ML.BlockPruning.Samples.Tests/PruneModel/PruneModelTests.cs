using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sweeps;
using PruneModelSample;
using Spectre.Console;
using Generated = PruneModelSample.PruneModel;

namespace Microsoft.ML.BlockPruning.Samples.Tests.PruneModel;

[TestClass]
[DoNotParallelize] // the model's path is the process's
public sealed class PruneModelTests
{
    [TestMethod]
    public void Train_SavesAModelThatPredictsAsThePipelineDoes()
    {
        using var folder = new TemporaryFolder();
        var settings = TinyProject.Create(folder);

        using var network = Generated.Train(settings, new Progress<PruneProgress>(), CancellationToken.None);

        var context = new MLContext();
        var model = Generated.LoadModel(context, settings.ModelPath);
        using var engine = Generated.CreateEngine(context, model);
        var data = Generated.LoadImageFromFolder(context, settings.DataSource.FolderPath);
        string[] piped = [.. context.Data.CreateEnumerable<Generated.ModelOutput>(model.Transform(data), reuseRowObject: false)
            .Select(row => row.PredictedLabel)];
        string[] single = [.. context.Data.CreateEnumerable<Generated.ModelInput>(data, reuseRowObject: false)
            .Select(row => engine.Predict(row).PredictedLabel)];
        CollectionAssert.AreEqual(piped, single);
        CollectionAssert.IsSubsetOf(single.Distinct().ToList(), TinyProject.Classes);
        Assert.IsLessThan(0.61, (double)network.MultiplyAdds / network.DenseMultiplyAdds);
    }

    [TestMethod]
    public void Evaluate_CountsAsTheRowsDo()
    {
        using var folder = new TemporaryFolder();
        var settings = TinyProject.Create(folder);
        Generated.Train(settings, new Progress<PruneProgress>(), CancellationToken.None).Dispose();

        var (dense, pruned) = Generated.Evaluate(settings, new SilentSteps(), CancellationToken.None);

        var context = new MLContext();
        using var engine = Generated.CreateEngine(context, Generated.LoadModel(context, settings.ModelPath));
        Generated.ModelInput[] rows = [.. context.Data.CreateEnumerable<Generated.ModelInput>(
            Generated.LoadImageFromFolder(context, settings.DataSource.ValidationFolderPath), reuseRowObject: false)];
        Assert.AreEqual(rows.Count(row => engine.Predict(row).PredictedLabel == row.Label) / (double)rows.Length, pruned.Top1, 1e-12);
        Assert.IsLessThan(dense.MultiplyAdds, pruned.MultiplyAdds);
        Assert.IsLessThan(dense.WeightBytes, pruned.WeightBytes);
    }

    [TestMethod]
    public void PredictAllLabels_AreProbabilitiesBestFirst()
    {
        using var folder = new TemporaryFolder();
        var settings = TinyProject.Create(folder);
        Generated.Train(settings, new Progress<PruneProgress>(), CancellationToken.None).Dispose();
        Generated.MLNetModelPath = settings.ModelPath;
        string image = Directory.GetFiles(Path.Combine(settings.DataSource.FolderPath, "cat"))[0];

        var sorted = Generated.PredictAllLabels(new Generated.ModelInput { ImageSource = File.ReadAllBytes(image) }).ToList();

        Assert.AreEqual(1, sorted.Sum(pair => pair.Value), 1e-5);
        CollectionAssert.AreEquivalent(TinyProject.Classes, sorted.Select(pair => pair.Key).ToList());
        CollectionAssert.AreEqual(sorted.OrderByDescending(pair => pair.Value).ToList(), sorted);
    }

    [TestMethod]
    public void Sweep_SavesTheRecommendedModelAndKeepsItsTrials()
    {
        using var folder = new TemporaryFolder();
        var settings = TinyProject.Create(folder);

        var result = Generated.Sweep(settings, new Progress<SweepProgress>(), CancellationToken.None);

        Assert.HasCount(2, result.Trials);
        Assert.AreEqual(0.6, result.Recommended!.Keep); // any loss is allowed, so the cheapest
        using var network = Generated.NetworkOf(Generated.LoadModel(new MLContext(), settings.ModelPath));
        Assert.AreEqual(result.Recommended.MultiplyAdds, network.MultiplyAdds);
    }

    [TestMethod]
    public async Task Command_TrainsAndReportsFailuresInOneLine()
    {
        using var folder = new TemporaryFolder();
        var settings = TinyProject.Create(folder);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No });

        int trained = await PruneModelCommand.InvokeAsync(["train", "--settings", TinyProject.Save(settings, folder)], console, error);
        int failed = await PruneModelCommand.InvokeAsync(["train", "--settings", folder.File("none.json")], console, error);
        int wrong = await PruneModelCommand.InvokeAsync(["trian"], console, error);

        Assert.AreEqual(0, trained, error.ToString());
        Assert.Contains("multiply-adds", output.ToString());
        Assert.AreEqual(1, failed);
        Assert.Contains("none.json", error.ToString());
        Assert.AreEqual(2, wrong);
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
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No });

        int code = await PruneModelCommand.InvokeAsync([verb, "--settings", TinyProject.Save(settings, folder)], console, error);

        Assert.AreEqual(1, code);
        Assert.Contains($"{cut} (cut off", error.ToString());
        Assert.IsFalse(File.Exists(settings.ModelPath) || File.Exists(settings.SweepOption.JournalPath));
    }

    [TestMethod]
    public void Settings_OfTheProgramAreComplete()
    {
        var settings = PruneModelSettings.Read(PruneModelSettings.DefaultPath);

        Assert.IsTrue(File.Exists(settings.NetworkPath), settings.NetworkPath);
    }

    [TestMethod]
    public void BundledImages_AreTheirPixels()
    {
        using var folder = new TemporaryFolder();

        int written = BundledImages.Write(folder.Path, perClass: 1, "png");

        Assert.AreEqual(20, written);
        var original = global::FashionMnist.FashionMnistData.ReadTest();
        int first = original.Labels[0];
        using var image = Data.MLImage.CreateFromFile(
            folder.File(Path.Combine("test", global::FashionMnist.FashionMnistData.ClassNames[first], "0000.png")));
        byte[] red = [.. image.Pixels.ToArray().Where((_, i) => i % 4 == 0)];
        CollectionAssert.AreEqual(original.Images[0].ToArray(), red);
    }
}
