using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.GateGradients;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Criteria;

/// <summary>Each criterion against its formula in plain loops, on the full weight gradients of every image.</summary>
[TestClass]
public sealed class CriterionTests
{
    private const int Images = 4;
    private static readonly int[] Labels = [2, 0, 1, 2];
    private static readonly NetworkWeights Network = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);

    private TensorLeakGuard _guard = null!;

    /// <summary>Even, and ragged on both sides with strips that cross the borders of q, k and v.</summary>
    public static IEnumerable<(int Height, int Width)> Shapes => [(2, 3), (4, 5)];

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Magnitude_IsHalfTheSquaredNorm(int height, int width) =>
        AssertRates(new MagnitudeCriterion(), new BlockShape(height, width), (layer, rows, columns) =>
            Sum(rows, columns, (i, j) => layer.Weight[i, j] * layer.Weight[i, j] / 2));

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void ActivationMagnitude_WeighsColumnsByTheirMeanSquare(int height, int width) =>
        AssertRates(new ActivationMagnitudeCriterion(), new BlockShape(height, width), (layer, rows, columns) =>
            Sum(rows, columns, (i, j) => layer.Weight[i, j] * layer.Weight[i, j] * InputCovariance(layer)[j, j]));

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Taylor_IsTheFirstOrderTermOfTheGivenLabels(int height, int width) =>
        AssertRates(new TaylorCriterion(), new BlockShape(height, width), Taylor);

    [TestMethod]
    public void Taylor_TakesLpvitsLoss() =>
        AssertRates(
            new TaylorCriterion(new SquaredLogitLoss()), new BlockShape(2, 3), Taylor, (_, logits) => logits.mul(logits).mean());

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void DiagonalFisher_IsTheMeanSquareOfEachImagesGradient(int height, int width) =>
        AssertRates(new DiagonalFisherCriterion(), new BlockShape(height, width), (layer, rows, columns) =>
            Sum(rows, columns, (i, j) =>
                layer.WeightGradients.Average(g => g[i, j] * g[i, j]) * layer.Weight[i, j] * layer.Weight[i, j] / 2));

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void BlockFisher_IsTheQuadraticFormOfTheBlocksFisherMatrix(int height, int width)
    {
        using var scope = torch.NewDisposeScope();
        var shape = new BlockShape(height, width);
        double fisher = 0;
        double magnitude = 0;
        ForEachBlock(shape, Likelihood, (layer, rows, columns) =>
        {
            fisher += Fisher(layer, rows, columns);
            magnitude += Sum(rows, columns, (i, j) => layer.Weight[i, j] * layer.Weight[i, j] / 2);
        });

        AssertRates(new BlockFisherCriterion(), shape, (layer, rows, columns) =>
            Fisher(layer, rows, columns)
            + (1e-3 * fisher / magnitude * Sum(rows, columns, (i, j) => layer.Weight[i, j] * layer.Weight[i, j] / 2)));

        // w_Bᵀ F_B w_B / 2 with F_B = mean of vec(G_B) vec(G_B)ᵀ.
        static double Fisher(LayerRecord layer, int[] rows, int[] columns) =>
            layer.WeightGradients.Average(g => Sum(rows, columns, (a, b) => Sum(rows, columns, (i, j) =>
                layer.Weight[a, b] * g[a, b] * g[i, j] * layer.Weight[i, j]))) / 2;
    }

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Reconstruction_IsTheErrorThatTheOtherInputsLeave(int height, int width) =>
        AssertRates(new ReconstructionCriterion(), new BlockShape(height, width), (layer, rows, columns) =>
        {
            var s = GradientCovariance(layer);
            double sigma = rows.Average(i => s[i, i]);
            var left = SchurComplement(Damped(InputCovariance(layer), layer.Weight.GetLength(1)), columns);
            var w = NaiveMatrix.Take(layer.Weight, rows, columns);
            return sigma / 2 * Trace(NaiveMatrix.Multiply(NaiveMatrix.Multiply(w, left), NaiveMatrix.Transpose(w)));
        });

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void KfacObs_IsTheErrorThatAllOtherWeightsLeave(int height, int width) =>
        AssertRates(new KfacObsCriterion(), new BlockShape(height, width), (layer, rows, columns) =>
        {
            var s = SchurComplement(Damped(GradientCovariance(layer), layer.Weight.GetLength(0)), rows);
            var a = SchurComplement(Damped(InputCovariance(layer), layer.Weight.GetLength(1)), columns);
            var w = NaiveMatrix.Take(layer.Weight, rows, columns);
            return Trace(NaiveMatrix.Multiply(NaiveMatrix.Multiply(s, w), NaiveMatrix.Multiply(a, NaiveMatrix.Transpose(w)))) / 2;
        });

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Mfac_IsHalfTheInverseOfTheInverseFishersDiagonal(int height, int width)
    {
        using var scope = torch.NewDisposeScope();
        var shape = new BlockShape(height, width);
        var gates = new List<double[]>();
        ForEachBlock(shape, Likelihood, (layer, rows, columns) => gates.Add(
            [.. layer.WeightGradients.Select(g => Sum(rows, columns, (i, j) => g[i, j] * layer.Weight[i, j]))]));
        double Fisher(int k, int l) => gates[k].Zip(gates[l], (a, b) => a * b).Average();
        double damping = 0.01 * Enumerable.Range(0, gates.Count).Average(k => Fisher(k, k));
        var fisher = NaiveMatrix.Fill(gates.Count, gates.Count, (k, l) => Fisher(k, l) + (k == l ? damping : 0));
        var inverse = NaiveMatrix.Solve(fisher, NaiveMatrix.Fill(gates.Count, gates.Count, (k, l) => k == l ? 1 : 0));
        int gate = 0;

        AssertRates(new MfacCriterion(), shape, (_, _, _) => 1 / (2 * inverse[gate, gate++]));
    }

    private static double Taylor(LayerRecord layer, int[] rows, int[] columns) =>
        Sum(rows, columns, (i, j) => Math.Abs(layer.Weight[i, j] * layer.WeightGradients.Average(g => g[i, j])));

    private static torch.Tensor Likelihood(int image, torch.Tensor logits) => logits.log_softmax(1)[0, Labels[image]].neg();

    // float32 sums of some hundred terms: 1e-4 of the layer's largest importance is ten times their forward error.
    private static void AssertRates(
        IBlockCriterion criterion, BlockShape shape, Func<LayerRecord, int[], int[], double> formula,
        Func<int, torch.Tensor, torch.Tensor>? loss = null)
    {
        using var scope = torch.NewDisposeScope();
        var layers = PrunableLayer.Of(Network, shape);
        var context = new CriterionContext(
            Network, TinyNetwork.Calibration(Network.Config, Images, labels: Labels), layers, seed: 1, () => { }, () => { });

        var importances = criterion.Rate(context);

        double[] expected = ForEachBlock(shape, loss ?? Likelihood, formula);
        int block = 0;
        foreach (var layer in importances)
        {
            int count = layer.Blocks.TotalBlocks;
            double tolerance = 1e-4 * expected.Skip(block).Take(count).Max(Math.Abs);
            Assert.IsGreaterThan(0, tolerance, layer.LayerName);
            for (int k = 0; k < count; k++, block++)
            {
                double actual = layer[k / layer.Blocks.BlockColumns, k % layer.Blocks.BlockColumns];
                Assert.AreEqual(expected[block], actual, tolerance, $"{layer.LayerName} {k}");
            }
        }

        Assert.AreEqual(expected.Length, block);
    }

    private static void ForEachBlock(
        BlockShape shape, Func<int, torch.Tensor, torch.Tensor> loss, Action<LayerRecord, int[], int[]> act) =>
        ForEachBlock(shape, loss, (layer, rows, columns) =>
        {
            act(layer, rows, columns);
            return 0;
        });

    private static double[] ForEachBlock(
        BlockShape shape, Func<int, torch.Tensor, torch.Tensor> loss, Func<LayerRecord, int[], int[], double> formula)
    {
        var layers = AutogradOracle.Run(Network, TinyNetwork.Images(Network.Config, Images, seed: 5), loss);
        return
        [
            .. from layer in layers
            from rows in Enumerable.Range(0, layer.Weight.GetLength(0)).Chunk(shape.Height)
            from columns in Enumerable.Range(0, layer.Weight.GetLength(1)).Chunk(shape.Width)
            select formula(layer, rows, columns),
        ];
    }

    private static double Sum(int[] rows, int[] columns, Func<int, int, double> term) => rows.Sum(i => columns.Sum(j => term(i, j)));

    // E over tokens of [x, 1] [x, 1]ᵀ.
    private static double[,] InputCovariance(LayerRecord layer)
    {
        int tokens = layer.Inputs.GetLength(0);
        int width = layer.Inputs.GetLength(1);
        var x = NaiveMatrix.Fill(tokens, width + 1, (t, i) => i < width ? layer.Inputs[t, i] : 1);
        var sum = NaiveMatrix.Multiply(NaiveMatrix.Transpose(x), x);
        return NaiveMatrix.Fill(width + 1, width + 1, (i, j) => sum[i, j] / tokens);
    }

    private static double[,] GradientCovariance(LayerRecord layer)
    {
        var sum = NaiveMatrix.Multiply(NaiveMatrix.Transpose(layer.OutputGradients), layer.OutputGradients);
        return NaiveMatrix.Fill(sum.GetLength(0), sum.GetLength(0), (i, j) => sum[i, j] / Images);
    }

    private static double[,] Damped(double[,] covariance, int damped)
    {
        double damping = 0.01 * Enumerable.Range(0, damped).Average(i => covariance[i, i]);
        return NaiveMatrix.Fill(covariance.GetLength(0), covariance.GetLength(0), (i, j) =>
            covariance[i, j] + (i == j && i < damped ? damping : 0));
    }

    // What is left of M_BB once the other features have explained their part: M_BB − M_BK M_KK⁻¹ M_KB; no inverse of M is taken.
    private static double[,] SchurComplement(double[,] m, int[] block)
    {
        int[] others = [.. Enumerable.Range(0, m.GetLength(0)).Except(block)];
        var explained = NaiveMatrix.Multiply(
            NaiveMatrix.Take(m, block, others), NaiveMatrix.Solve(NaiveMatrix.Take(m, others, others), NaiveMatrix.Take(m, others, block)));
        return NaiveMatrix.Fill(block.Length, block.Length, (i, j) => m[block[i], block[j]] - explained[i, j]);
    }

    private static double Trace(double[,] m) => Enumerable.Range(0, m.GetLength(0)).Sum(i => m[i, i]);
}
