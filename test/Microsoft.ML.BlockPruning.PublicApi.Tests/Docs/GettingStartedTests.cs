#pragma warning disable IDE0005, CA1859 // An application lives outside our namespaces and may name a type by its interface.
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;

namespace Microsoft.ML.BlockPruning.PublicApi.Tests.Docs;

/// <summary>The code of docs/getting-started.md, word for word (ReadmeTests compares), run on a tiny network.</summary>
[TestClass]
public sealed class GettingStartedTests
{
    [TestMethod]
    public void PruneThenPredict_WorksAsWritten()
    {
        using var folder = new NewcomersFolder();

        Prune();
        Answer answer = Predict();
        PrunedPrediction same = Score();

        Assert.AreEqual(answer.PredictedLabel, same.PredictedLabel);
        CollectionAssert.AreEqual(answer.Score, same.Score.ToArray());
        CollectionAssert.Contains(new[] { "cat", "dog", "owl" }, answer.PredictedLabel);
        Assert.HasCount(3, answer.Score);
        StringAssert.StartsWith(File.ReadAllText("report.md"), "# Pruning report");
    }

    [TestMethod]
    public void Sweep_WorksAsWritten()
    {
        using var folder = new NewcomersFolder();

        SweepResult result = Sweep();

        Assert.HasCount(6, result.Trials);
        Assert.HasCount(6, File.ReadAllLines("photos.jsonl").Where(line => line.StartsWith("{\"keep\"", StringComparison.Ordinal)));
        StringAssert.Contains(File.ReadAllText("sweep.html"), "<svg");
        Assert.IsTrue(File.Exists("best.zip"));
    }

    private static void Prune()
    {
        var ml = new MLContext(seed: 1);
        IDataView photos = ml.Data.LoadFromEnumerable(Photo.ReadFolder("photos"));
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.PruneBlocks(new BlockPruneEstimator.Options
            {
                ModelPath = "deit/model.safetensors",
                Block = new BlockShape(32, 32),
                Budget = PruneBudget.Flops(keep: 0.5),
                MaximumCalibrationImages = 2000,
                ValidationSetFraction = 0.1, // images that the report alone sees
            }));
        var model = pipeline.Fit(photos);

        PruneReport report = model.LastTransformer.Report!;
        Console.WriteLine(report.ToText());
        File.WriteAllText("report.md", report.ToMarkdown());

        ml.Model.SavePruned(model, "pruned.zip"); // whole or not at all, whatever ends the process
    }

    private static PrunedPrediction Score()
    {
        using var model = PrunedModel.Load("pruned.zip");
        PrunedPrediction answer = model.PredictFile("photos/cat/0.png");
        Console.WriteLine($"{answer.PredictedLabel} {answer.Probability:P1}");
        foreach (var (label, probability) in answer.Top(3))
        {
            Console.WriteLine($"{label} {probability:P1}");
        }

        return answer;
    }

    private static Answer Predict()
    {
        var ml = new MLContext();
        ITransformer model = ml.Model.LoadChecked("pruned.zip", out _);
        using var engine = ml.Model.CreatePredictionEngine<Photo, Answer>(model);
        Answer answer = engine.Predict(new Photo { ImagePath = "photos/cat/0.png" });
        Console.WriteLine(answer.PredictedLabel);
        return answer;
    }

    private static SweepResult Sweep()
    {
        var ml = new MLContext(seed: 1);
        IDataView photos = ml.Data.LoadFromEnumerable(Photo.ReadFolder("photos"));
        var preparation = ml.Transforms.Conversion.MapValueToKey("Label").Fit(photos);
        var split = ml.Data.TrainTestSplit(photos, testFraction: 0.5, seed: 1);
        SweepResult result = ml.BlockPruning().CreateSweep("deit/model.safetensors")
            .SetDataset(preparation.Transform(split.TrainSet), preparation.Transform(split.TestSet))
            .SetSearchSpace(new SparsitySearchSpace { Keep = [0.7, 0.5, 0.35], Block = [new(16, 16), new(32, 32)] })
            .SetMaximumAccuracyDrop(0.01)
            .SetJournal("photos.jsonl")
            .Run();
        File.WriteAllText("sweep.html", result.CreateReport().ToHtml());
        foreach (TrialResult trial in result.ParetoFront())
        {
            Console.WriteLine($"keep {trial.Keep}, {trial.Block}: top-1 {trial.Top1:P2}, {trial.MultiplyAdds} multiply-adds");
        }

        using SparseViTTransformer best = result.CreateModel();
        ml.Model.SavePruned(best, "best.zip");
        return result;
    }
}
