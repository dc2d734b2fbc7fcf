using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Checkpoints.Families;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;
using Microsoft.ML.BlockPruning.Tests.Inference;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>A family that nobody told the library of, from its checkpoint through Fit and a model zip to the scores.</summary>
[TestClass]
public sealed class ToyFamilyFitTests
{
    [TestMethod]
    public void Fit_OfAToyFamilysCheckpoint_GivesAZipThatScores()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var random = new Random(3);
        var weights = new NetworkWeights(ToyFamily.Spec);
        var writer = OwnFile.Create();
        foreach (var tensor in weights.Tensors)
        {
            for (int i = 0; i < tensor.Values.Length; i++)
            {
                tensor.Values[i] += 0.6f * (random.NextSingle() - 0.5f);
            }

            writer.Add(tensor.Name, [.. tensor.Shape], tensor.Values);
        }

        AtomicFile.Write(folder["toy"], writer.Write);
        var images = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(_ => new ToyRow(random)).ToArray());
        var options = new BlockPruneEstimator.Options
        {
            ModelPath = folder["toy"],
            LabelColumnName = null,
            Block = new BlockShape(3, 4),
            NumberOfThreads = 2,
            Basis = PruneBasis.Original, // the oracle takes norms and tokens from the file
        };
        var rows = new CheckpointRows(CheckpointRows.Default.Containers, [ToyCheckpoints.Map], [new ToyCheckpoints()]);
        var estimator = new BlockPruneEstimator(ml, options)
        {
            OpenCheckpoint = (path, _) => Checkpoint.Open(path, rows),
        };

        Assert.IsGreaterThan(0.0, estimator.Forecast(images, 40).Seconds!.Value, "layers of several sizes are timed together");
        using var model = estimator.Fit(images);
        ml.Model.SaveAtomically(model, images.Schema, folder["toy.zip"]);
        var loaded = ml.Model.LoadChecked(folder["toy.zip"], out _);

        float[][] scores = [.. loaded.Transform(images).GetColumn<float[]>("Score")];
        float[][] pixels = [.. images.GetColumn<float[]>("Image")];
        var oracle = new ReferenceNetwork(With(weights, model));
        for (int image = 0; image < pixels.Length; image++)
        {
            double[] expected = oracle.Logits([.. pixels[image].Select(value => ((value / 255) - 0.5f) / 0.25f)]);
            for (int k = 0; k < expected.Length; k++)
            {
                Assert.AreEqual(expected[k], scores[image][k], 1e-4, $"image {image}, class {k}");
            }
        }

        Assert.IsLessThanOrEqualTo(0.5 * model.DenseMultiplyAdds, model.MultiplyAdds);
    }

    // The checkpoint's weights, and of the layers that were pruned what the model has.
    private static NetworkWeights With(NetworkWeights weights, SparseViTTransformer model)
    {
        using var stream = new MemoryStream();
        model.SaveNetwork(stream);
        var pruned = SparseViTReader.Read(new MemoryStream(stream.ToArray()));
        foreach (var (linear, spec) in pruned.PrunableLayers.Zip(weights.Spec.PrunableLinears))
        {
            linear.Weight.ToDense().CopyTo(weights[spec].Weight, 0);
            linear.Bias.CopyTo(weights[spec].Bias, 0);
        }

        // The refit trains the norms of a step with its matrices.
        foreach (var norm in weights.Spec.Steps.Select(step => step.Norm))
        {
            pruned.Weights[norm].Scale.CopyTo(weights[norm].Scale, 0);
            pruned.Weights[norm].Offset.CopyTo(weights[norm].Offset, 0);
        }

        return weights;
    }

    private sealed class ToyRow(Random random)
    {
        [VectorType(64)]
        public float[] Image { get; } = [.. Enumerable.Range(0, 64).Select(_ => (float)random.Next(256))];
    }

    /// <summary>What a checkpoint of the family is: the second of its two files would hold this.</summary>
    private sealed class ToyCheckpoints : IFamily
    {
        public static KeyMap Map { get; } = new(
            "a toy", "its own", [.. new NetworkWeights(ToyFamily.Spec).Tensors.Select(tensor => KeyRow.Keep(tensor.Name))]);

        public bool Takes(CanonicalTensors tensors, CheckpointConfig? config) => true;

        public NetworkSpec Infer(CanonicalTensors tensors, Surroundings around) => ToyFamily.Spec;

        public NetworkWeights Read(CanonicalTensors tensors, NetworkSpec network)
        {
            var weights = new NetworkWeights(network);
            foreach (var tensor in weights.Tensors)
            {
                tensors.Read(tensor.Name, tensor.Values);
            }

            return weights;
        }

        public ImagePreprocessing Preprocessing(NetworkSpec network) => new(network.ImageSize, network.Channels, [0.5f], [0.25f]);
    }
}
