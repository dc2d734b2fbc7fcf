using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.FineTuning;

[TestClass]
public sealed class ExponentialMovingAverageTests
{
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DataRow(0.9)]
    [DataRow(0.3)]
    [DataRow(0.0)]
    public void Update_FollowsTheRecursionInFloat64(double decay)
    {
        using var scope = torch.NewDisposeScope();
        var config = TinyNetwork.Config(depth: 1);
        var start = TinyNetwork.Weights(config, seed: 1);
        using var average = new ExponentialMovingAverage(start, decay);
        double[] expected = [.. start.Head.Weight.Select(value => (double)value)];

        for (int t = 1; t <= 30; t++)
        {
            var weights = TinyNetwork.Weights(config, seed: t);
            using var network = new TorchNetwork(weights);
            average.Update(network, t);
            double d = Math.Min(decay, (1.0 + t) / (10.0 + t));
            expected = [.. expected.Zip(weights.Head.Weight, (mean, value) => (d * mean) + ((1 - d) * value))];
        }

        float[] actual = average.Network.ToWeights().Head.Weight;
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 2e-6, $"element {i}"); // thirty roundings of values below one
        }
    }
}
