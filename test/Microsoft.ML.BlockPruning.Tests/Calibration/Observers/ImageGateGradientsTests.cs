using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Tests.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Calibration.Observers;

[TestClass]
public sealed class ImageGateGradientsTests
{
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DataRow(2, 3)]
    [DataRow(4, 5)] // ragged on both sides
    [DataRow(1, 1)]
    public void Values_AreEachImagesGradientTimesTheBlock(int height, int width)
    {
        const int count = 70; // two batches
        var network = TinyNetwork.Weights(TinyNetwork.Config(depth: 1), seed: 3);
        int[] labels = [.. Enumerable.Range(0, count).Select(n => n % 3)];
        using var scope = torch.NewDisposeScope();

        double[][,] gates = Gates(network, new BlockShape(height, width), count, labels);

        var layers = AutogradOracle.Run(
            network, TinyNetwork.Images(network.Config, count, seed: 5), (n, logits) => logits.log_softmax(1)[0, labels[n]].neg());
        for (int l = 0; l < layers.Count; l++)
        {
            var layer = layers[l];
            double[][] expected = [.. layer.WeightGradients.Select(g => BlockProducts(layer.Weight, g, height, width))];
            double tolerance = 1e-4 * expected.Max(image => image.Max(Math.Abs));
            Assert.AreEqual((count, expected[0].Length), (gates[l].GetLength(0), gates[l].GetLength(1)));
            for (int i = 0; i < gates[l].Length; i++)
            {
                int n = i / expected[0].Length;
                int k = i % expected[0].Length;
                Assert.AreEqual(expected[n][k], gates[l][n, k], tolerance, $"layer {l}, image {n}, block {k}");
            }
        }
    }

    [TestMethod]
    public void Values_SumToTheLossesSlopeAlongTheLayersWeight()
    {
        var network = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        float[] image = TinyNetwork.Images(network.Config, 1, seed: 5);
        using var scope = torch.NewDisposeScope();

        double[][,] gates = Gates(network, new BlockShape(4, 5), count: 1, labels: [1]);

        int l = 0;
        foreach (var layer in network.PrunableLayers)
        {
            // A network in float64 loops, its weight times 1 ± 2⁻⁸: both products are exact enough in float32, truncation is step².
            const double step = 1.0 / 256;
            double slope = (LossAt(layer.Name, 1 + step) - LossAt(layer.Name, 1 - step)) / (2 * step);
            double sum = gates[l++].Cast<double>().Sum();
            Assert.AreEqual(slope, sum, 2e-3 * (1 + Math.Abs(slope)), layer.Name);
        }

        double LossAt(string name, double scale)
        {
            var moved = network.Clone();
            var target = moved.PrunableLayers.Single(layer => layer.Name == name);
            for (int i = 0; i < target.Weight.Length; i++)
            {
                target.Weight[i] = (float)(target.Weight[i] * scale);
            }

            return -new ReferenceViT(moved).LogProbabilities(image)[1];
        }
    }

    [TestMethod]
    public void ProjectionLoss_GivesTheSquaredDistortionOfTheLogits()
    {
        // E over v of s_v² is Σ_c s_c², s_c the derivative of logit c. One image many times: the mean over images estimates it.
        const int count = 3000;
        var network = TinyNetwork.Weights(TinyNetwork.Config(depth: 1), seed: 3);
        float[] image = TinyNetwork.Images(network.Config, 1, seed: 5);
        using var scope = torch.NewDisposeScope();
        var layers = PrunableLayer.Of(network, new BlockShape(4, 5));
        GateMoments[] moments = [.. layers.Select(layer => new GateMoments(layer))];
        var set = new CalibrationSet(network.Spec, [.. Enumerable.Repeat(image, count).SelectMany(x => x)], count);

        new CalibrationPass(network, set, seed: 1, new ProjectionLoss())
            .Run([.. moments.Select(layer => new ILayerObserver[] { layer })], () => { });

        var classes = Enumerable.Range(0, 3).Select(c => AutogradOracle.Run(network, image, (_, logits) => logits[0, c])).ToArray();
        for (int l = 0; l < layers.Count; l++)
        {
            double[] expected = new double[layers[l].Blocks.TotalBlocks];
            foreach (var layer in classes.Select(byLayer => byLayer[l]))
            {
                double[] s = BlockProducts(layer.Weight, layer.WeightGradients[0], height: 4, width: 5);
                expected = [.. expected.Zip(s, (sum, v) => sum + (v * v))];
            }

            double[] actual = moments[l].MeanSquare().data<double>().ToArray();
            for (int k = 0; k < expected.Length; k++)
            {
                // s_v is Gaussian of variance σ², so the mean of its squares has the standard deviation σ² √(2 / count).
                Assert.AreEqual(expected[k], actual[k], (5 * expected[k] * Math.Sqrt(2.0 / count)) + 1e-9, $"layer {l}, block {k}");
            }
        }
    }

    private static double[][,] Gates(NetworkWeights network, BlockShape shape, int count, int[] labels)
    {
        using var scope = torch.NewDisposeScope();
        var layers = PrunableLayer.Of(network, shape);
        ImageGateGradients[] gates = [.. layers.Select(layer => new ImageGateGradients(layer, count))];
        new CalibrationPass(network, TinyNetwork.Calibration(network.Config, count, labels: labels), seed: 1)
            .Run([.. gates.Select(layer => new ILayerObserver[] { layer })], () => { });
        return
        [
            .. gates.Select(layer =>
            {
                float[] values = layer.Values.data<float>().ToArray();
                double[,] matrix = new double[layer.Values.shape[0], layer.Values.shape[1]];
                for (int i = 0; i < values.Length; i++)
                {
                    matrix[i / matrix.GetLength(1), i % matrix.GetLength(1)] = values[i];
                }

                return matrix;
            }),
        ];
    }

    private static double[] BlockProducts(double[,] weight, double[,] gradient, int height, int width) =>
    [
        .. from rows in Enumerable.Range(0, weight.GetLength(0)).Chunk(height)
        from columns in Enumerable.Range(0, weight.GetLength(1)).Chunk(width)
        select rows.Sum(i => columns.Sum(j => weight[i, j] * gradient[i, j])),
    ];
}
