using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

namespace Microsoft.ML.BlockPruning.Tests.Inference.Cuda;

/// <summary>Whole networks on the PTX that ships, executed by the interpreter. No GPU was there.</summary>
[TestClass]
public sealed class CudaSessionTests
{
    [TestMethod]
    [DataRow(nameof(CudaSessionLab.Plain), 16, 16, nameof(NumberFormat.Float16))]
    [DataRow(nameof(CudaSessionLab.Plain), 32, 64, nameof(NumberFormat.BFloat16))]
    [DataRow(nameof(CudaSessionLab.Plain), 8, 12, nameof(NumberFormat.Float32))]
    [DataRow(nameof(CudaSessionLab.Distilled), 16, 16, nameof(NumberFormat.Float16))]
    [DataRow(nameof(CudaSessionLab.Distilled), 16, 32, nameof(NumberFormat.BFloat16))]
    [DataRow(nameof(CudaSessionLab.Distilled), 32, 16, nameof(NumberFormat.Float32))]
    [DataRow(nameof(CudaSessionLab.Distilled), 48, 48, nameof(NumberFormat.Float16))]
    [DataRow(nameof(CudaSessionLab.Plain), 64, 64, nameof(NumberFormat.Float32))]
    public void Score_PrunedNetwork_IsTheCpusWithinWhatTheTypeLoses(string config, int height, int width, string type)
    {
        var element = Enum.Parse<NumberFormat>(type);
        var weights = RandomNetworks.Random(CudaSessionLab.ConfigOf(config), seed: 1);
        var network = RandomNetworks.Sparse(weights, RandomNetworks.Prune(weights, new BlockShape(height, width), density: 0.5, seed: 2));
        float[] images = RandomNetworks.Images(network.Spec, 2, seed: 3);
        float[] expected = CudaSessionLab.ScoreOnCpu(network, images);
        double[] bounds = RoundingNoise.BoundsOf(weights, images, element);

        float[] logits = Score(network, element, images);

        double largest = expected.Max(Math.Abs);
        Assert.IsLessThan(element == NumberFormat.BFloat16 ? 0.5 * largest : 0.1 * largest, bounds.Max(), "a bound that says nothing");
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], logits[i], bounds[i], $"logit {i}");
        }
    }

    [TestMethod]
    public void Score_DenseNetwork_IsTheCpus()
    {
        var network = RandomNetworks.Sparse(RandomNetworks.Random(CudaSessionLab.Distilled, seed: 1));
        float[] images = RandomNetworks.Images(network.Spec, 1, seed: 3);
        float[] expected = CudaSessionLab.ScoreOnCpu(network, images);

        float[] logits = Score(network, NumberFormat.Float32, images);

        AssertClose(expected, logits);
    }

    /// <summary>Sizes up and down, each twice: the arena grows, graphs are used, rows of larger batches lie behind smaller ones.</summary>
    [TestMethod]
    public void Score_BatchesOfManySizes_GiveEveryImageTheBitsItHasAlone()
    {
        var network = CudaSessionLab.Pruned(CudaSessionLab.Least, new BlockShape(16, 16));
        float[] images = RandomNetworks.Images(network.Spec, 9, seed: 3);
        int dim = network.Spec.ImageDim;
        int classes = network.Spec.NumClasses;
        using var driver = new PtxInterpreterDriver();
        using (var session = CudaSessionLab.Open(network, driver, NumberFormat.Float16))
        {
            float[][] alone = [.. Enumerable.Range(0, 9).Select(i => RandomNetworks.Score(session, images[(i * dim)..((i + 1) * dim)]))];
            foreach (int count in new[] { 3, 3, 9, 9, 1, 4, 9, 3 })
            {
                float[] logits = RandomNetworks.Score(session, images[..(count * dim)]);

                CollectionAssert.AreEqual(alone[..count].SelectMany(row => row).ToArray(), logits, $"batch of {count}");
                Assert.HasCount(count * classes, logits);
            }
        }

        Assert.AreEqual(0, driver.LiveObjects, "The device's objects were not all given back.");
    }

    /// <summary>
    /// An image of NaN must not reach its neighbours where padding is read: fc1 and fc2 are cut into blocks of other sizes here, and in the
    /// last layer a row of hidden features of one image lies where q, k and v of another lay.
    /// </summary>
    [TestMethod]
    public void Score_BesideAnImageOfNaN_IsAsAlone()
    {
        var network = CudaSessionLab.Pruned(new(8, 4, 1, 64, 2, 2, 80, 3), new BlockShape(16, 64));
        float[] image = RandomNetworks.Images(network.Spec, 1, seed: 3);
        float[] bad = [.. image.Select(_ => float.NaN)];
        using var driver = new PtxInterpreterDriver();
        using var session = CudaSessionLab.Open(network, driver, NumberFormat.BFloat16);
        float[] alone = RandomNetworks.Score(session, image);

        float[] together = RandomNetworks.Score(session, [.. bad, .. image]);

        Assert.IsTrue(together[..3].All(float.IsNaN), "NaN did not come out.");
        Assert.IsTrue(alone.All(float.IsFinite), "A logit is not finite.");
        CollectionAssert.AreEqual(alone, together[3..]);
    }

    private static float[] Score(SparseViT network, NumberFormat element, float[] images)
    {
        using var driver = new PtxInterpreterDriver();
        float[] logits;
        using (var session = CudaSessionLab.Open(network, driver, element))
        {
            logits = RandomNetworks.Score(session, images);
        }

        Assert.AreEqual(0, driver.LiveObjects, "The device's objects were not all given back.");
        return logits;
    }

    /// <summary>Twice the share of the largest logit that the CPU's test allows against double: once for either.</summary>
    private static void AssertClose(float[] expected, float[] logits)
    {
        float bound = 2e-5f * expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], logits[i], bound, $"logit {i}");
        }
    }
}
