#pragma warning disable IDE0005, CA1859 // An application lives outside our namespaces and may name a type by its interface.
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.PublicApi.Tests;

/// <summary>The README's example: here it is compiled, word for word (ReadmeTests compares); EndToEndTests runs such a pipeline.</summary>
internal static class ReadmeExample
{
    public static void PruneScoreAndSave(IEnumerable<Picture> rows, IDataView test)
    {
        var ml = new MLContext(seed: 1);
        IDataView calibration = ml.Data.LoadFromEnumerable(rows);              // your rows: ImagePath, Label
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadImages("Image", "", "ImagePath"))
            .Append(ml.Transforms.PruneBlocks(new BlockPruneEstimator.Options   // or PruneBlocks("deit.safetensors", keep: 0.5)
            {
                ModelPath = "deit_base_patch16_224.safetensors",
                Block = new BlockShape(32, 32),
                Budget = PruneBudget.Flops(keep: 0.5),
            }));
        ITransformer model = pipeline.Fit(calibration);              // calibrates, prunes, refits the weights that stay
        IDataView scored = model.Transform(test);                    // Score (logits), PredictedLabel (key)
        ml.Model.SaveAtomically(model, calibration.Schema, "deit-sparse.zip"); // elsewhere: ml.Model.LoadChecked("deit-sparse.zip", out _)
    }
}
