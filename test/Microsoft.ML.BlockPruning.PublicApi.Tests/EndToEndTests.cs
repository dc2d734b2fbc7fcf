using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.Data;

[assembly: DoNotParallelize]

namespace Microsoft.ML.BlockPruning.PublicApi.Tests;

/// <summary>The main job with public types only: prune, evaluate, save, load, predict.</summary>
[TestClass]
public sealed class EndToEndTests
{
    private static readonly string[] Labels = ["blue", "green", "red"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("blockpruning-tests-");

    [TestCleanup]
    public void Cleanup() => _folder.Delete(recursive: true);

    [TestMethod]
    public void PruneSaveLoadPredict_WorksFromOutside()
    {
        var ml = new MLContext(seed: 1);
        var calibration = ml.Data.LoadFromEnumerable(Picture.Read(24, Labels));
        var stages = new List<PruneStage>();
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.PruneBlocks(new BlockPruneEstimator.Options
            {
                ModelPath = SaveDenseNetwork(),
                Block = new BlockShape(8, 8),
                Budget = PruneBudget.Flops(keep: 0.7),
                Preprocessing = new ImagePreprocessing(Picture.Size, 3, [0.5f, 0.5f, 0.5f], [0.5f, 0.5f, 0.5f], ImageResize.None),
                Progress = new Stages(stages),
            }));

        var model = pipeline.Fit(calibration);
        var scored = model.Transform(calibration);
        var metrics = ml.MulticlassClassification.Evaluate(scored);
        var withNames = model.Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored));
        string path = Path.Combine(_folder.FullName, "pruned.zip");
        ml.Model.Save(withNames, calibration.Schema, path);
        var loaded = new MLContext().Model.Load(path, out var schema);

        Assert.AreEqual(PruneStage.Measuring, stages[^1]); // the times of the report
        Assert.AreEqual(3, metrics.ConfusionMatrix.NumberOfClasses);
        Assert.IsNotNull(schema.GetColumnOrNull("Image"));
        Assert.IsLessThanOrEqualTo(0.7 * model.LastTransformer.DenseMultiplyAdds, model.LastTransformer.MultiplyAdds);
        Assert.HasCount(8, model.LastTransformer.Layers);
        float[][] expected = [.. scored.GetColumn<float[]>("Score")];
        float[][] found = [.. loaded.Transform(calibration).GetColumn<float[]>("Score")];
        for (int i = 0; i < expected.Length; i++)
        {
            CollectionAssert.AreEqual(expected[i], found[i]);
        }

        var shared = new PredictionEngineOptions { OwnsTransformer = false };
        using var engine = ml.Model.CreatePredictionEngine<Picture, Answer>(loaded, shared);
        var answer = engine.Predict(Picture.Read(1, Labels)[0]);
        CollectionAssert.AreEqual(expected[0], answer.Score);
        CollectionAssert.Contains(Labels, answer.PredictedLabel);
    }

    [TestMethod]
    public void NetworkAlone_IsSavedAndLoadedWithoutMlNetsContainer()
    {
        var ml = new MLContext(seed: 1);
        var pictures = ml.Data.LoadFromEnumerable(Picture.Read(24, Labels));
        using var transformer = ml.Transforms.PruneBlocks(new BlockPruneEstimator.Options
        {
            ModelPath = SaveDenseNetwork(),
            Budget = PruneBudget.Sparsity(0.25),
            Block = BlockShape.Parse("8x16"),
            LabelColumnName = null,
        }).Fit(pictures);
        string path = Path.Combine(_folder.FullName, "pruned.safetensors");

        transformer.SaveNetwork(path);
        using var loaded = ml.Transforms.LoadSparseViT(path, batchSize: 5);

        float[][] expected = [.. transformer.Transform(pictures).GetColumn<float[]>("Score")];
        float[][] found = [.. loaded.Transform(pictures).GetColumn<float[]>("Score")];
        for (int i = 0; i < expected.Length; i++)
        {
            CollectionAssert.AreEqual(expected[i], found[i]);
        }
    }

    private string SaveDenseNetwork()
    {
        string path = Path.Combine(_folder.FullName, "dense.safetensors");
        TinyNetwork.Save(path, Labels.Length, embedDim: 16);
        return path;
    }

    private sealed class Stages(List<PruneStage> stages) : IProgress<PruneProgress>
    {
        public void Report(PruneProgress value) => stages.Add(value.Stage);
    }
}
