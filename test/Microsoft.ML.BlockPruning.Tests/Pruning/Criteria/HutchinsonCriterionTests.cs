using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Criteria;

[TestClass]
public sealed class HutchinsonCriterionTests
{
    private const int Images = 3;
    private const int Probes = 60;

    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    public void Rate_EstimatesTheDiagonalOfTheFisherMatrixOfBlocks()
    {
        var network = TinyNetwork.Weights(TinyNetwork.Config(depth: 1), seed: 3);
        var shape = new BlockShape(4, 5);

        double[] rated = Rate(network, shape, Probes, seed: 1);

        double[,] fisher = FisherOfBlocks(network, shape);
        double largest = Enumerable.Range(0, rated.Length).Max(k => fisher[k, k]);
        for (int k = 0; k < rated.Length; k++)
        {
            double variance = Enumerable.Range(0, rated.Length).Where(l => l != k).Sum(l => fisher[k, l] * fisher[k, l]) / Probes;

            // Five standard deviations of the random signs, and the truncation of the differences, quadratic in their step.
            Assert.AreEqual(fisher[k, k] / 2, rated[k], (2.5 * Math.Sqrt(variance)) + (1e-3 * largest), $"block {k}");
        }
    }

    [TestMethod]
    public void Rate_FollowsTheSeedBitForBit()
    {
        var network = TinyNetwork.Weights(TinyNetwork.Config(depth: 1), seed: 3);
        var shape = new BlockShape(4, 5);

        double[] first = Rate(network, shape, probes: 2, seed: 1);

        CollectionAssert.AreEqual(first, Rate(network, shape, probes: 2, seed: 1));
        CollectionAssert.AreNotEqual(first, Rate(network, shape, probes: 2, seed: 2));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-1)]
    public void Constructor_RefusesLessThanOneProbe(int probes) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new HutchinsonCriterion(probes));

    private static double[] Rate(NetworkWeights network, BlockShape shape, int probes, long seed)
    {
        using var scope = torch.NewDisposeScope();
        var context = new CriterionContext(
            network, TinyNetwork.Calibration(network.Config, Images), PrunableLayer.Of(network, shape), seed, () => { }, () => { });
        return
        [
            .. from layer in new HutchinsonCriterion(probes).Rate(context)
            from row in Enumerable.Range(0, layer.Blocks.BlockRows)
            from column in Enumerable.Range(0, layer.Blocks.BlockColumns)
            select layer[row, column],
        ];
    }

    // F[k, l] = mean over images of Σ_y p[y] s_y[k] s_y[l], s_y[k] = ⟨gradient of −log p[y], W_k⟩: every class, none sampled.
    private static double[,] FisherOfBlocks(NetworkWeights network, BlockShape shape)
    {
        using var scope = torch.NewDisposeScope();
        float[] images = TinyNetwork.Images(network.Config, Images, seed: 5);
        var reference = new ReferenceViT(network);
        double[][] probabilities = [.. images.Chunk(network.Config.ImageDim).Select(image =>
            reference.LogProbabilities(image).Select(Math.Exp).ToArray())];
        double[,]? fisher = null;
        for (int label = 0; label < network.Config.NumClasses; label++)
        {
            int y = label;
            var layers = AutogradOracle.Run(network, images, (_, logits) => logits.log_softmax(1)[0, y].neg());
            for (int n = 0; n < Images; n++)
            {
                double[] gates =
                [
                    .. from layer in layers
                    from rows in Enumerable.Range(0, layer.Weight.GetLength(0)).Chunk(shape.Height)
                    from columns in Enumerable.Range(0, layer.Weight.GetLength(1)).Chunk(shape.Width)
                    select rows.Sum(i => columns.Sum(j => layer.Weight[i, j] * layer.WeightGradients[n][i, j])),
                ];
                fisher ??= new double[gates.Length, gates.Length];
                for (int k = 0; k < gates.Length * gates.Length; k++)
                {
                    fisher[k / gates.Length, k % gates.Length] +=
                        probabilities[n][y] / Images * gates[k / gates.Length] * gates[k % gates.Length];
                }
            }
        }

        return fisher!;
    }
}
