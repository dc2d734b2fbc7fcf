using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;
using Microsoft.ML.BlockPruning.Tests.Inference;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>A Swin transformer from its checkpoint through Fit, with refit and fine-tuning, and a model file to the scores.</summary>
[TestClass]
public sealed class SwinFitTests
{
    private const string Config = """
        {
          "architecture": "swin_tiny_patch4_window7_224", "num_classes": 4, "global_pool": "avg",
          "model_args": { "img_size": 16, "in_chans": 1, "window_size": 4, "depths": [2, 1], "num_heads": [2, 2] },
          "pretrained_cfg": { "mean": [0.5], "std": [0.25], "crop_pct": 1.0 }
        }
        """;

    [TestMethod]
    public void Fit_PrunesRefitsAndTunesASwin_WhoseFileScoresAsTheOracle()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var random = new Random(3);
        WriteCheckpoint(folder, random);
        var images = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(_ => new Row(random)).ToArray());
        var options = new BlockPruneEstimator.Options
        {
            ModelPath = folder["swin"],
            LabelColumnName = null,
            Block = new BlockShape(3, 2),
            FineTuning = new FineTuneOptions { Epochs = 1, BatchSize = 20 },
            NumberOfThreads = 2,
        };

        using var model = ml.Transforms.PruneBlocks(options).Fit(images);
        ml.Model.SaveAtomically(model, images.Schema, folder["swin.zip"]);
        var loaded = ml.Model.LoadChecked(folder["swin.zip"], out _);

        float[][] scores = [.. loaded.Transform(images).GetColumn<float[]>("Score")];
        float[][] pixels = [.. images.GetColumn<float[]>("Image")];
        var oracle = new ReferenceNetwork(WeightsOf(model));
        for (int image = 0; image < pixels.Length; image++)
        {
            double[] expected = oracle.Logits([.. pixels[image].Select(value => ((value / 255) - 0.5f) / 0.25f)]);
            for (int k = 0; k < expected.Length; k++)
            {
                Assert.AreEqual(expected[k], scores[image][k], 1e-4, $"image {image}, class {k}");
            }
        }

        Assert.IsLessThanOrEqualTo(0.5 * model.DenseMultiplyAdds, model.MultiplyAdds);
        CollectionAssert.IsSubsetOf(
            new[] { "layers.0.blocks.1.attn.qkv", "layers.1.downsample.reduction", "layers.1.blocks.0.mlp.fc2" },
            model.Report!.Layers.Select(layer => layer.Name).ToArray());
    }

    private static void WriteCheckpoint(TemporaryFolder folder, Random random)
    {
        var writer = OwnFile.Create();
        var tensors = new NetworkWeights(SmallSwin.Spec).Tensors;
        foreach (var tensor in tensors.Where(tensor => !tensor.Name.EndsWith("reduction.bias", StringComparison.Ordinal)))
        {
            writer.Add(tensor.Name, [.. tensor.Shape], [.. tensor.Values.Select(value => value + (0.6f * (random.NextSingle() - 0.5f)))]);
        }

        AtomicFile.Write(folder["swin"], writer.Write);
        File.WriteAllText(folder["config.json"], Config);
    }

    private static NetworkWeights WeightsOf(SparseViTTransformer model)
    {
        using var stream = new MemoryStream();
        model.SaveNetwork(stream);
        var pruned = SparseViTReader.Read(new MemoryStream(stream.ToArray()));
        var weights = new NetworkWeights(pruned.Spec);
        foreach (var part in pruned.Spec.Parts)
        {
            switch (part)
            {
                case FreePart free:
                    pruned.Weights[free.Name].CopyTo(weights[free.Name], 0);
                    break;
                case NormPart { Norm: var norm }:
                    pruned.Weights[norm].Scale.CopyTo(weights[norm].Scale, 0);
                    pruned.Weights[norm].Offset.CopyTo(weights[norm].Offset, 0);
                    break;
                case LinearPart { IsPrunable: true, Linear: var linear }:
                    pruned.Weights[linear].Weight.ToDense().CopyTo(weights[linear].Weight, 0);
                    pruned.Weights[linear].Bias.CopyTo(weights[linear].Bias, 0);
                    break;
                case LinearPart { Linear: var linear }:
                    pruned.Weights.Dense(linear).Weight.CopyTo(weights[linear].Weight, 0);
                    pruned.Weights.Dense(linear).Bias.CopyTo(weights[linear].Bias, 0);
                    break;
            }
        }

        return weights;
    }

    private sealed class Row(Random random)
    {
        [VectorType(256)]
        public float[] Image { get; } = [.. Enumerable.Range(0, 256).Select(_ => (float)random.Next(256))];
    }
}
