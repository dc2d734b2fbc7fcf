using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Tests.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Docs;

/// <summary>The worked example of docs/adding-a-criterion.md against its formula in plain loops.</summary>
[TestClass]
public sealed class OutputEnergyCriterionTests
{
    private const int Images = 4;
    private static readonly int[] Labels = [2, 0, 1, 2];

    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DataRow(2, 3)]
    [DataRow(4, 5)]
    public void Rate_IsTheFormulaInPlainLoops(int height, int width)
    {
        using var scope = torch.NewDisposeScope();
        var network = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        var calibration = TinyNetwork.Calibration(network.Config, Images, seed: 5, Labels);
        var layers = PrunableLayer.Of(network, new BlockShape(height, width));
        var context = new CriterionContext(network, calibration, layers, seed: 1, onBatch: () => { }, onStrip: () => { });

        var importances = new OutputEnergyCriterion().Rate(context);

        var oracle = AutogradOracle.Run(
            network, TinyNetwork.Images(network.Config, Images, seed: 5), (image, logits) => logits.log_softmax(1)[0, Labels[image]].neg());
        for (int l = 0; l < oracle.Count; l++)
        {
            double[,] expected = SumOverBlocks(oracle[l], height, width);
            double tolerance = 1e-4 * expected.Cast<double>().Max(); // float32 sums of some hundred terms
            for (int row = 0; row < importances[l].Blocks.BlockRows; row++)
            {
                for (int column = 0; column < importances[l].Blocks.BlockColumns; column++)
                {
                    Assert.AreEqual(expected[row, column], importances[l][row, column], tolerance, $"{importances[l].LayerName}");
                }
            }
        }
    }

    private static double[,] SumOverBlocks(LayerRecord layer, int height, int width)
    {
        int rows = layer.Weight.GetLength(0);
        int columns = layer.Weight.GetLength(1);
        double[,] sums = new double[(rows + height - 1) / height, (columns + width - 1) / width];
        for (int i = 0; i < rows; i++)
        {
            double energy = Enumerable.Range(0, layer.OutputGradients.GetLength(0))
                .Sum(token => layer.OutputGradients[token, i] * layer.OutputGradients[token, i]) / Images;
            for (int j = 0; j < columns; j++)
            {
                sums[i / height, j / width] += energy * layer.Weight[i, j] * layer.Weight[i, j] / 2;
            }
        }

        return sums;
    }
}
