using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Criteria;

[TestClass]
public sealed class ObsPathCriterionTests
{
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DataRow(2, 2)]
    [DataRow(6, 6)] // one block column
    [DataRow(4, 4)] // ragged at the right and the bottom
    [DataRow(1, 1)]
    [DataRow(2, 5)]
    public void Rate_IsTheHullOfTheExactPath(int height, int width)
    {
        var network = TinyNetwork.Weights(TinyNetwork.Config(depth: 1), seed: 1);
        var random = new Random(2);
        foreach (var layer in PrunableLayer.Of(network, new BlockShape(height, width)))
        {
            int inputs = layer.Weights.InFeatures;
            double[][,] covariances = [.. layer.Groups.Select(_ => Covariance(random, inputs, tokens: 40))];

            AssertRatesTheExactPath(layer, covariances, random);
        }
    }

    [TestMethod]
    public void Rate_HoldsForFewerTokensThanInputs()
    {
        var layer = PrunableLayer.Of(TinyNetwork.Weights(TinyNetwork.Config(depth: 1), seed: 1), new BlockShape(2, 2))[3];

        AssertRatesTheExactPath(layer, [Covariance(new Random(1), 10, tokens: 3)], new Random(2));
    }

    // What is left of the inverse is brought up to date every eight removals.
    [TestMethod]
    [DataRow(2, 1, 20)]
    [DataRow(5, 2, 39)] // twenty columns, the last and the strips ragged
    [DataRow(16, 1, 17)] // one removal after the second time
    [DataRow(8, 3, 24)] // eight columns: brought up to date with nothing left
    [DataRow(9, 11, 33)] // sides that are padded
    public void Rate_HoldsOverMoreRemovalsThanAreDelayed(int height, int width, int inputs)
    {
        var config = TinyNetwork.Config(depth: 1, embedDim: 18, mlpDim: inputs);
        var layer = PrunableLayer.Of(TinyNetwork.Weights(config, seed: 1), new BlockShape(height, width))[3];

        AssertRatesTheExactPath(layer, [Covariance(new Random(1), inputs, tokens: 3 * inputs)], new Random(2));
    }

    [TestMethod]
    public void Rate_GivesBlocksOfDeadInputsNearlyNothing()
    {
        var layer = PrunableLayer.Of(TinyNetwork.Weights(TinyNetwork.Config(depth: 1), seed: 1), new BlockShape(2, 2))[3];
        double[,] covariance = Covariance(new Random(1), 10, tokens: 40);
        for (int i = 0; i <= 10; i++)
        {
            covariance[i, 4] = covariance[4, i] = covariance[i, 5] = covariance[5, i] = 0;
        }

        var importances = AssertRatesTheExactPath(layer, [covariance], new Random(2));

        for (int strip = 0; strip < 3; strip++)
        {
            Assert.AreEqual(2, Enumerable.Range(0, 5).MinBy(column => importances[strip, column]), $"strip {strip}");
        }
    }

    [TestMethod]
    public void Rate_IsZeroWhereNoGradientArrives()
    {
        var layer = PrunableLayer.Of(TinyNetwork.Weights(TinyNetwork.Config(depth: 1), seed: 1), new BlockShape(2, 2))[3];
        using var scope = torch.NewDisposeScope();
        var statistics = new LayerStatistics(
            [torch.zeros(11, 11, torch.float64)], torch.zeros(3, 2, 2, torch.float64), [new float[5]], 0);

        var importances = ObsPathCriterion.Rate(layer, statistics, () => { });

        Assert.AreEqual(0.0, Enumerable.Range(0, 15).Sum(block => Math.Abs(importances[block / 5, block % 5])));
    }

    [TestMethod]
    public void Rate_StepsOncePerStripAndEndsInTheExceptionOfTheCallback()
    {
        var layer = PrunableLayer.Of(TinyNetwork.Weights(TinyNetwork.Config(depth: 1), seed: 1), new BlockShape(2, 2))[0];
        using var scope = torch.NewDisposeScope();
        var statistics = new LayerStatistics(
            [.. Enumerable.Range(0, 3).Select(_ => torch.eye(7, dtype: torch.float64))], torch.zeros(9, 2, 2, torch.float64),
            [[], [], []], 0);
        int steps = 0;

        ObsPathCriterion.Rate(layer, statistics, () => Interlocked.Increment(ref steps));

        Assert.AreEqual(9, steps);
        Assert.ThrowsExactly<OperationCanceledException>(
            () => ObsPathCriterion.Rate(layer, statistics, () => throw new OperationCanceledException()));
    }

    private static LayerImportances AssertRatesTheExactPath(PrunableLayer layer, double[][,] covariances, Random random)
    {
        using var scope = torch.NewDisposeScope();
        int height = layer.Blocks.Shape.Height;
        double[][,] gradients = [.. Enumerable.Range(0, layer.Blocks.BlockRows).Select(strip => Gradients(layer.Blocks.HeightOf(strip)))];
        var statistics = new LayerStatistics(
            [.. covariances.Select(c => torch.tensor(c))], torch.stack(gradients.Select(g => torch.tensor(g)).ToArray()), [], 0);

        var importances = ObsPathCriterion.Rate(layer, statistics, () => { });

        for (int g = 0; g < layer.Groups.Count; g++)
        {
            for (int strip = layer.Groups[g].FirstStrip; strip < layer.Groups[g].FirstStrip + layer.Groups[g].Strips; strip++)
            {
                var (order, errors) = ExactPath(layer, strip, covariances[g], gradients[strip]);
                int[] sizes = [.. order.Select(column => layer.Blocks.ElementsOf(strip, column))];
                double[] slopes = LowerHull.Slopes(errors, sizes);
                double tolerance = 1e-9 * slopes[^1] * sizes.Max();
                for (int step = 0; step < order.Length; step++)
                {
                    Assert.AreEqual(
                        slopes[step] * sizes[step], importances[strip, order[step]], tolerance, $"{layer.Name} strip {strip} step {step}");
                }
            }
        }

        return importances;

        // Zero past a ragged bottom edge, as calibration leaves it.
        double[,] Gradients(int rows)
        {
            double[,] root = NaiveMatrix.Fill(height, height, (i, j) => i < rows ? random.NextDouble() - 0.5 : 0);
            return NaiveMatrix.Multiply(root, NaiveMatrix.Transpose(root));
        }
    }

    // Every step tries every block and solves the least squares over what is left from scratch: no inverse is updated.
    private static (int[] Order, double[] Errors) ExactPath(PrunableLayer layer, int strip, double[,] covariance, double[,] gradients)
    {
        int inputs = layer.Weights.InFeatures;
        double damping = 0.01 * Enumerable.Range(0, inputs).Average(i => covariance[i, i]);
        double[,] damped = NaiveMatrix.Fill(inputs + 1, inputs + 1, (i, j) => covariance[i, j] + (i == j && i < inputs ? damping : 0));
        double[,] weights = NaiveMatrix.Fill(layer.Blocks.HeightOf(strip), inputs, (i, j) =>
            layer.Weights.Weight[(((strip * layer.Blocks.Shape.Height) + i) * inputs) + j]);
        var removed = new List<int>();
        var errors = new List<double>();
        double before = 0;
        while (removed.Count < layer.Blocks.BlockColumns)
        {
            var (best, error) = Enumerable.Range(0, layer.Blocks.BlockColumns).Except(removed)
                .Select(column => (column, Error([.. removed, column]))).MinBy(candidate => candidate.Item2);
            removed.Add(best);
            errors.Add(error - before);
            before = error;
        }

        return ([.. removed], [.. errors]);

        // min over the kept weights and the bias of ½ tr(S ΔW A ΔWᵀ): with R removed and K kept, Δ_K = −Δ_R A_RK A_KK⁻¹.
        double Error(int[] columns)
        {
            int[] gone = [.. Enumerable.Range(0, inputs).Where(i => columns.Contains(i / layer.Blocks.Shape.Width))];
            int[] kept = [.. Enumerable.Range(0, inputs + 1).Except(gone)];
            double[,] cross = NaiveMatrix.Take(damped, kept, gone);
            double[,] solved = NaiveMatrix.Solve(NaiveMatrix.Take(damped, kept, kept), cross);
            double[,] explained = NaiveMatrix.Multiply(NaiveMatrix.Transpose(cross), solved);
            double[,] left = NaiveMatrix.Fill(gone.Length, gone.Length, (i, j) => damped[gone[i], gone[j]] - explained[i, j]);
            double[,] w = NaiveMatrix.Take(weights, [.. Enumerable.Range(0, weights.GetLength(0))], gone);
            double[,] perRow = NaiveMatrix.Multiply(NaiveMatrix.Multiply(w, left), NaiveMatrix.Transpose(w));
            double sum = 0;
            for (int i = 0; i < perRow.GetLength(0); i++)
            {
                for (int j = 0; j < perRow.GetLength(0); j++)
                {
                    sum += gradients[i, j] * perRow[i, j];
                }
            }

            return sum / 2;
        }
    }

    private static double[,] Covariance(Random random, int inputs, int tokens)
    {
        double[,] x = NaiveMatrix.Fill(tokens, inputs + 1, (_, i) => i == inputs ? 1 : random.NextDouble() - 0.2);
        double[,] sum = NaiveMatrix.Multiply(NaiveMatrix.Transpose(x), x);
        return NaiveMatrix.Fill(inputs + 1, inputs + 1, (i, j) => sum[i, j] / tokens);
    }
}
