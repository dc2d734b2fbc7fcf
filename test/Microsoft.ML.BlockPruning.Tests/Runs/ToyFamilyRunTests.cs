using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Inference;

namespace Microsoft.ML.BlockPruning.Tests.Runs;

/// <summary>The whole way of a family that nobody told the library of: two files, this one and <see cref="ToyFamily"/>.</summary>
[TestClass]
public sealed class ToyFamilyRunTests
{
    private const int Images = 40;

    [TestMethod]
    public void Run_CalibratesPrunesSavesLoadsAndScores()
    {
        var weights = new NetworkWeights(ToyFamily.Spec);
        var random = new Random(3);
        foreach (float[] values in weights.Tensors.Select(tensor => tensor.Values))
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] += 0.6f * (random.NextSingle() - 0.5f);
            }
        }

        var spec = weights.Spec;
        float[] pixels = RandomNetworks.Images(spec, Images, seed: 5);
        var preprocessing = new ImagePreprocessing(spec.ImageSize, spec.Channels, [0.5f], [0.25f]);
        string[] labels = [.. Enumerable.Range(0, spec.NumClasses).Select(i => $"toy {i}")];
        var dense = new DenseModel(weights, preprocessing, labels, new NetworkFacts([], []));
        var run = new PruneRun(new PruneRequest { Block = new BlockShape(3, 4), Seed = 1, NumberOfThreads = 2 });
        var images = new CalibrationImages(new CalibrationSet(spec, pixels, Images), HeldOut: null, Unlabelled: 0);

        var made = run.Run(dense, run.Prepare(dense, () => { }), images, _ => { });
        using var stream = new MemoryStream();
        made.Network.Save(stream);
        var loaded = SparseViTReader.Read(new MemoryStream(stream.ToArray()));
        using var session = new SparseViTSession(loaded, threads: 2);
        float[] logits = RandomNetworks.Score(session, pixels);

        Assert.IsTrue(loaded.Spec.HasSameParts(spec));
        Assert.IsLessThanOrEqualTo(0.5 * loaded.DenseMultiplyAdds, loaded.MultiplyAdds, "the default keeps half of the multiply-adds");
        var oracle = new ReferenceNetwork(made.Pruned.Weights);
        for (int image = 0; image < Images; image++)
        {
            double[] expected = oracle.Logits(pixels.AsSpan(image * spec.ImageDim, spec.ImageDim));
            for (int k = 0; k < expected.Length; k++)
            {
                Assert.AreEqual(expected[k], logits[(image * expected.Length) + k], 1e-4, $"image {image}, class {k}");
            }
        }
    }
}
