using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Refit.Reconstruction;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Refit.Reconstruction;

[TestClass]
public sealed class ReconstructionLossTests
{
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    public void StreamLoss_IsTheWeightedErrorInUnitsOfTheVariance()
    {
        const int images = 4, tokens = 3, width = 5;
        float[] targets = Random(images * tokens * width, seed: 1);
        float[] output = Random(2 * tokens * width, seed: 2);
        float[] energies = Random(images * tokens, seed: 3);
        long[] chosen = [2, 0];
        using var scope = NewDisposeScope();
        using var streams = CalibrationStreams.Of(tensor(targets).reshape(images, tokens, width), batchSize: 3);
        var loss = new StreamLoss(streams, tensor(energies));

        double actual = loss.Of(tensor(output).reshape(2, tokens, width), chosen).item<float>();

        double mean = targets.Average(x => (double)x);
        double variance = targets.Average(x => (x - mean) * (x - mean));
        double expected = 0;
        for (int i = 0; i < output.Length; i++)
        {
            int image = (int)chosen[i / (tokens * width)];
            int token = i / width % tokens;
            double error = output[i] - targets[(((image * tokens) + token) * width) + (i % width)];
            expected += 0.5 * (1 + energies[(image * tokens) + token]) * error * error / variance / output.Length;
        }

        Assert.AreEqual(expected, actual, 1e-5 * expected);
    }

    [TestMethod]
    public void StreamLoss_OfAConstantStreamIsFinite()
    {
        using var scope = NewDisposeScope();
        using var streams = CalibrationStreams.Of(ones(2, 3, 4), batchSize: 2);
        var loss = new StreamLoss(streams, ones(6));

        Assert.AreEqual(0, loss.Of(ones(1, 3, 4), [1]).item<float>());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void LogitLoss_IsTheDivergenceOfTheClasses(bool isDistilled)
    {
        var dense = TinyNetwork.Weights(TinyNetwork.Config(isDistilled: isDistilled), seed: 3);
        var other = TinyNetwork.Weights(dense.Config, seed: 4);
        var images = TinyNetwork.Calibration(dense.Config, 6);
        using var scope = NewDisposeScope();
        using var network = new TorchNetwork(dense);
        using var streams = CalibrationStreams.Of(Stream(dense, images), batchSize: 4);
        var loss = new LogitLoss(network, streams);
        long[] chosen = [5, 1, 3];

        double actual = loss.Of(Stream(other, images).index_select(0, tensor(chosen)), chosen).item<float>();

        // The other network's streams, read by the dense network's own norm and head.
        foreach (var (from, to) in dense.Tensors.Zip(other.Tensors))
        {
            if (from.Name.StartsWith("norm", StringComparison.Ordinal) || from.Name.StartsWith("head", StringComparison.Ordinal))
            {
                from.Values.CopyTo(to.Values, 0);
            }
        }

        double expected = chosen.Average(image => Divergence(dense, other, images.ImageAt((int)image)));
        Assert.AreEqual(expected, actual, 1e-5 * Math.Max(1, expected));
    }

    private static double Divergence(NetworkWeights dense, NetworkWeights other, ReadOnlySpan<float> image) =>
        new ReferenceViT(dense).LogProbabilities(image).Zip(
            new ReferenceViT(other).LogProbabilities(image), (p, q) => Math.Exp(p) * (p - q)).Sum();

    private static Tensor Stream(NetworkWeights weights, CalibrationSet images)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var network = new TorchNetwork(weights);
        return cat([.. Enumerable.Range(0, images.BatchCount).Select(batch => network.Streams(images.ImagesOf(batch))[^1])])
            .MoveToOuterDisposeScope();
    }

    private static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];
    }
}
