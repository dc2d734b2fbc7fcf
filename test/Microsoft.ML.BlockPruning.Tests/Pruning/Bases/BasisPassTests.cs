using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Bases;
using Microsoft.ML.BlockPruning.Tests.Inference;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Bases;

/// <summary>Moments are those of a walk over the images one by one in float64, with the same bits for any number of threads.</summary>
[TestClass]
public sealed class BasisPassTests
{
    // Of 64 a batch: four batches, the last one short; few enough that the sample is all of them.
    private const int Images = 240;

    private static readonly NetworkWeights Dense = RandomFamily.Weights(SpecifiedNetworks.OtherNorms);

    private static readonly CalibrationSet Set = RandomFamily.Calibration(Dense.Spec, Images);

    [TestMethod]
    public void Moments_AreThoseOfEveryImage()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var (steps, final) = Moments(3);
        using var network = new TorchNetwork(Dense);
        network.To(float64);
        var walk = network.Steps.ToList();
        var normed = new double[walk.Count][];
        for (int image = 0; image < Images; image++)
        {
            using var imageScope = NewDisposeScope();
            var pixels = tensor(Set.ImageAt(image).ToArray()).to(float64).reshape(1, Dense.Spec.Channels, Dense.Spec.ImageSize, -1);
            var stream = network.Embed(pixels);
            for (int step = 0; step < walk.Count; step++)
            {
                double[] sum = SumOfProducts(walk[step].Gather(stream), Dense.Spec.Steps[step].Norm.Eps, out int tokens);
                normed[step] = [.. (normed[step] ?? new double[sum.Length]).Zip(sum, (a, b) => a + (b / tokens / Images))];
                stream = walk[step].Advance(stream);
            }
        }

        for (int step = 0; step < walk.Count; step++)
        {
            double[] actual = steps[step].Normed.data<double>().ToArray();
            double largest = normed[step].Max(Math.Abs);
            for (int i = 0; i < actual.Length; i++)
            {
                Assert.AreEqual(normed[step][i], actual[i], 1e-5 * largest, $"step {step}, number {i}");
            }
        }
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(7)]
    public void Moments_HaveTheSameBitsForAnyNumberOfThreads(int threads)
    {
        using var scope = NewDisposeScope();
        var (one, oneFinal) = Moments(1);
        var (many, manyFinal) = Moments(threads);

        var pairs = one.SelectMany(step => step.Tensors).Append(oneFinal).Zip(many.SelectMany(step => step.Tensors).Append(manyFinal));
        foreach (var (expected, actual) in pairs)
        {
            CollectionAssert.AreEqual(expected.data<double>().ToArray(), actual.data<double>().ToArray());
        }
    }

    [TestMethod]
    public void Run_LeavesNothingBehindWhereItIsCancelled()
    {
        var guard = TensorLeakGuard.Start();
        using (new TorchThreads(2))
        {
            int threads = get_num_threads(), told = 0;
            Assert.ThrowsExactly<OperationCanceledException>(() => new BasisPass(Dense, Set).Run(() =>
            {
                Assert.AreEqual(threads, get_num_threads());
                if (++told == 2)
                {
                    throw new OperationCanceledException();
                }
            }));
            Assert.AreEqual(threads, get_num_threads());
        }

        guard.AssertNothingLeaked();
    }

    private static (IList<StepMoments> Steps, Tensor Final) Moments(int threads)
    {
        LibTorch.EnsureLoaded();
        using var held = new TorchThreads(threads);
        return new BasisPass(Dense, Set).Run(() => { });
    }

    // Σ a aᵀ over tokens, a = (x − mean) / √(variance + eps), in plain loops.
    private static double[] SumOfProducts(Tensor stream, double eps, out int tokens)
    {
        int width = (int)stream.shape[^1];
        double[] values = stream.contiguous().data<double>().ToArray();
        double[] sum = new double[width * width];
        tokens = values.Length / width;
        foreach (double[] token in values.Chunk(width))
        {
            double mean = token.Average(), variance = token.Average(x => (x - mean) * (x - mean));
            double[] a = [.. token.Select(x => (x - mean) / Math.Sqrt(variance + eps))];
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += a[i / width] * a[i % width];
            }
        }

        return sum;
    }
}
