#pragma warning disable IDE0005, CA1859 // An application lives outside our namespaces and may name a type by its interface.
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.PublicApi.Tests.Docs;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.PublicApi.Tests;

/// <summary>The code of README.md and PACKAGE.md, word for word (ReadmeTests compares); ReadmeExampleTests runs it.</summary>
internal static class ReadmeExample
{
    public static void TenLines(IEnumerable<Photo> rows)
    {
        var ml = new MLContext(seed: 1);
        IDataView photos = ml.Data.LoadFromEnumerable(rows); // your ImagePath, Label
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.PruneBlocks("deit.safetensors", keep: 0.5));
        ITransformer pruned = pipeline.Fit(photos);          // some hundred images
        ml.Model.SavePruned(pruned, "pruned.zip");

        using var model = PrunedModel.Load("pruned.zip");    // where it is used
        Console.WriteLine(model.PredictFile("cat.jpg").PredictedLabel);
    }

    public static IDataView WithOptions(IEnumerable<Photo> rows, IDataView test)
    {
        var ml = new MLContext(seed: 1);
        IDataView calibration = ml.Data.LoadFromEnumerable(rows);
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.PruneBlocks(new BlockPruneEstimator.Options
            {
                ModelPath = "deit_base_patch16_224.safetensors",
                Block = new BlockShape(32, 32),
                Budget = PruneBudget.Flops(keep: 0.5),
            }));
        ITransformer model = pipeline.Fit(calibration);
        IDataView scored = model.Transform(test);       // Score (logits), PredictedLabel (key)
        ml.Model.SavePruned(model, "deit-pruned.zip");  // the network alone; SaveAtomically saves the pipeline with its steps
        return scored;
    }

    public static PrunedPrediction OfThePackage(IEnumerable<Photo> rows)
    {
        var ml = new MLContext(seed: 1);
        var calibration = ml.Data.LoadFromEnumerable(rows);   // some hundred images: string ImagePath, string Label
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.PruneBlocks("deit_base_patch16_224.safetensors", keep: 0.5));
        var pruned = pipeline.Fit(calibration);
        ml.Model.SavePruned(pruned, "pruned.zip");            // a kill in the middle leaves the old file

        using var model = PrunedModel.Load("pruned.zip");     // in the application that scores
        var answer = model.Predict(File.ReadAllBytes("photo.jpg"));
        Console.WriteLine($"{answer.PredictedLabel} {answer.Probability:P1}");
        return answer;
    }
}
