using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Training;

[TestClass]
public sealed class MeanLogitGradientTests
{
    [TestMethod]
    public void Of_IsTheSlopeOfTheMeanSquaredLogit()
    {
        var config = TinyNetwork.Config();
        var weights = TinyNetwork.Weights(config, seed: 3);
        var calibration = TinyNetwork.Calibration(config, count: 6);
        var guard = TensorLeakGuard.Start();

        var gradients = MeanLogitGradient.Of(weights, calibration);

        guard.AssertNothingLeaked();
        var linears = weights.Layers.SelectMany(layer => layer.Linears).ToList();
        Assert.HasCount(linears.Count, gradients);
        foreach (var (linear, gradient) in linears.Zip(gradients))
        {
            foreach (int i in new[] { 0, linear.Weight.Length / 2, linear.Weight.Length - 1 })
            {
                const float step = 1e-2f;
                double slope = (LossWith(linear, i, step) - LossWith(linear, i, -step)) / (2 * step);
                Assert.AreEqual(slope, gradient[i], 2e-3, $"{linear.Name}[{i}]");
            }
        }

        // One batch holds all six images, so the mean over batches is the mean over them.
        double LossWith(LinearWeights linear, int index, float step)
        {
            float original = linear.Weight[index];
            linear.Weight[index] = original + step;
            double loss = Loss(weights, calibration);
            linear.Weight[index] = original;
            return loss;
        }
    }

    private static double Loss(ViTWeights weights, CalibrationSet calibration)
    {
        Assert.AreEqual(1, calibration.BatchCount);
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var network = new TorchViT(weights);
        float[] logits = network.forward(calibration.ImagesOf(0)).data<float>().ToArray();
        return logits.Average(logit => (double)logit * logit);
    }
}
