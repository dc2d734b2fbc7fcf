using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sweeps;
using PruneModelSample;
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
        var images = LabelledFolder.Read(settings.DataSource.FolderPath);
        var data = Generated.LoadImages(context, images, Generated.ClassesOf(context, settings, images));
        string[] piped = [.. context.Data
            .CreateEnumerable<Predicted>(context.Model.Load(settings.ModelPath, out _).Transform(data), reuseRowObject: false)
            .Select(row => row.PredictedLabel)];
        using var model = Generated.LoadModel(settings.ModelPath);
        string[] single = [.. images.Images.Select(image => model.Predict(File.ReadAllBytes(image.ImagePath)).PredictedLabel)];
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

        var (dense, pruned) = Generated.Evaluate(settings, TinyProject.Silent, CancellationToken.None);

        using var model = Generated.LoadModel(settings.ModelPath);
        string[] files = Directory.GetFiles(settings.DataSource.ValidationFolderPath, "*.png", SearchOption.AllDirectories);
        int right = files.Count(file => model.PredictFile(file).PredictedLabel == Path.GetFileName(Path.GetDirectoryName(file)));
        Assert.AreEqual(right / (double)files.Length, pruned.Top1, 1e-12);
        Assert.IsLessThan(dense.MultiplyAdds, pruned.MultiplyAdds);
        Assert.IsLessThan(dense.WeightBytes, pruned.WeightBytes);
    }

    /// <summary>The network names its classes, the folders call them otherwise, and one has no images.</summary>
    [TestMethod]
    public void Classes_AreTheNetworks_WhateverFoldersThereAre()
    {
        using var folder = new TemporaryFolder();
        var settings = TinyProject.Create(folder, ["Cat", "Dog", "Barn owl"], ["cat", "barn_owl"]);
        Generated.Train(settings, new Progress<PruneProgress>(), CancellationToken.None).Dispose();

        var (dense, pruned) = Generated.Evaluate(settings, TinyProject.Silent, CancellationToken.None);

        using var model = Generated.LoadModel(settings.ModelPath);
        string[] expected = ["Cat", "Dog", "Barn owl"];
        CollectionAssert.AreEqual(expected, model.LabelNames.ToArray());
        string[] cats = Directory.GetFiles(Path.Combine(settings.DataSource.ValidationFolderPath, "cat"));
        string[] owls = Directory.GetFiles(Path.Combine(settings.DataSource.ValidationFolderPath, "barn_owl"));
        int right = cats.Count(file => model.PredictFile(file).PredictedLabel == "Cat")
            + owls.Count(file => model.PredictFile(file).PredictedLabel == "Barn owl");
        Assert.AreEqual(right / (double)(cats.Length + owls.Length), pruned.Top1, 1e-12);
        Assert.IsInRange(0, 1, dense.Top1);
    }

    [TestMethod]
    public void PredictAllLabels_AreProbabilitiesBestFirst()
    {
        using var folder = new TemporaryFolder();
        var settings = TinyProject.Create(folder);
        Generated.Train(settings, new Progress<PruneProgress>(), CancellationToken.None).Dispose();
        Generated.MLNetModelPath = settings.ModelPath;
        string image = Directory.GetFiles(Path.Combine(settings.DataSource.FolderPath, "cat"))[0];

        var sorted = Generated.PredictAllLabels(File.ReadAllBytes(image)).ToList();

        Assert.AreEqual(1, sorted.Sum(pair => pair.Probability), 1e-5);
        CollectionAssert.AreEquivalent(TinyProject.Classes, sorted.Select(pair => pair.Label).ToList());
        CollectionAssert.AreEqual(sorted.OrderByDescending(pair => pair.Probability).ToList(), sorted);
    }

    [TestMethod]
    public void Sweep_SavesTheRecommendedModelAndKeepsItsTrials()
    {
        using var folder = new TemporaryFolder();
        var settings = TinyProject.Create(folder);

        var result = Generated.Sweep(settings, new Progress<SweepProgress>(), CancellationToken.None);

        Assert.HasCount(2, result.Trials);
        Assert.AreEqual(0.6, result.Recommended!.Keep); // any loss is allowed, so the cheapest
        using var model = Generated.LoadModel(settings.ModelPath);
        Assert.AreEqual(result.Recommended.MultiplyAdds, model.MultiplyAdds);
    }

    [TestMethod]
    public void Settings_OfTheProgramAreComplete()
    {
        var settings = PruneModelSettings.Read(PruneModelSettings.DefaultPath);

        Assert.IsTrue(File.Exists(settings.NetworkPath), settings.NetworkPath);
    }

    private sealed class Predicted
    {
        public string PredictedLabel { get; set; } = "";
    }
}
