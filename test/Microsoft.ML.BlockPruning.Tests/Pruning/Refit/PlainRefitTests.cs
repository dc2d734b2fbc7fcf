using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Refit;

[TestClass]
public sealed class PlainRefitTests
{
    private const double Ridge = 0.01;

    [TestMethod]
    [DataRow(2, 2)]
    [DataRow(4, 5)] // ragged, strips across q, k, v
    public void Run_SolvesTheNormalEquationsOfTheDenseInputs(int height, int width)
    {
        var config = TinyNetwork.Config();
        var weights = TinyNetwork.Weights(config, seed: 3);
        using var scope = NewDisposeScope();
        var layers = PrunableLayer.Of(weights, new BlockShape(height, width));
        var calibration = TinyNetwork.Calibration(config, count: 20);
        var statistics = new CalibrationPass(weights, calibration, seed: 1).Run(layers, () => { });
        var plan = EverySecondBlock(layers);

        var refit = new PlainRefit(new RefitTask(weights, calibration, layers, [], plan, Seed: 1));
        var fitted = refit.Run(statistics, () => { });

        var linears = fitted.Layers.SelectMany(layer => layer.Linears).ToList();
        for (int l = 0; l < layers.Count; l++)
        {
            double distortion = DistortionOf(layers[l], statistics[l], linears[l]);
            Assert.AreEqual(distortion, refit.Trace.Outcomes[layers[l].Name].Distortion!.Value, 1e-4 * (1 + distortion), layers[l].Name);
            for (int row = 0; row < layers[l].Weights.OutFeatures; row++)
            {
                AssertSolves(layers[l], statistics[l], plan[layers[l].Name]!, linears[l], row);
            }
        }
    }

    [TestMethod]
    public void Run_LeavesADenseLayerAsItIs()
    {
        var config = TinyNetwork.Config();
        var weights = TinyNetwork.Weights(config, seed: 3);
        using var scope = NewDisposeScope();
        var layers = PrunableLayer.Of(weights, new BlockShape(2, 2));
        var calibration = TinyNetwork.Calibration(config, count: 5);
        var statistics = new CalibrationPass(weights, calibration, seed: 1).Run(layers, () => { });
        var plan = new SparsityPlan();
        foreach (var layer in layers)
        {
            plan.Add(layer.Name, layer.Blocks);
        }

        var fitted = new PlainRefit(new RefitTask(weights, calibration, layers, [], plan, Seed: 1)).Run(statistics, () => { });

        foreach (var (found, expected) in fitted.Tensors.Zip(weights.Tensors))
        {
            CollectionAssert.AreEqual(expected.Values, found.Values, expected.Name);
        }
    }

    private static SparsityPlan EverySecondBlock(IReadOnlyList<PrunableLayer> layers)
    {
        var plan = new SparsityPlan();
        foreach (var layer in layers)
        {
            var mask = layer.Blocks.Clone();
            for (int block = 0; block < mask.TotalBlocks; block += 2)
            {
                mask[block / mask.BlockColumns, block % mask.BlockColumns] = false;
            }

            plan.Add(layer.Name, mask);
        }

        return plan;
    }

    // With y = w x̃ and A = Σ e x̃ x̃ᵀ: Σ e (y − ŷ)² over Σ e (y − ȳ)², rows added up.
    private static double DistortionOf(PrunableLayer layer, LayerStatistics statistics, LinearWeights fitted)
    {
        int bias = layer.Weights.InFeatures;
        double error = 0;
        double variance = 0;
        for (int g = 0; g < layer.Groups.Count; g++)
        {
            double[] a = statistics.Inputs[g].data<double>().ToArray();
            for (int row = layer.Groups[g].FirstRow; row < layer.Groups[g].FirstRow + layer.Groups[g].Rows; row++)
            {
                double[] dense = Row(layer.Weights, row);
                double[] lost = [.. dense.Zip(Row(fitted, row), (x, y) => x - y)];
                error += Product(lost, a, lost);
                double sum = Enumerable.Range(0, bias + 1).Sum(i => dense[i] * a[(bias * (bias + 1)) + i]);
                variance += Product(dense, a, dense) - (sum * sum / a[^1]);
            }
        }

        return error / variance;
    }

    private static double[] Row(LinearWeights weights, int row) =>
        [.. weights.Weight.Skip(row * weights.InFeatures).Take(weights.InFeatures).Append(weights.Bias[row]).Select(w => (double)w)];

    private static double Product(double[] left, double[] matrix, double[] right) =>
        left.Select((x, i) => x * right.Select((y, j) => matrix[(i * right.Length) + j] * y).Sum()).Sum();

    // (A_KK + λ I) w_K = A_K,: w_dense + λ w_dense,K with the bias as a last input that λ leaves alone.
    private static void AssertSolves(PrunableLayer layer, LayerStatistics statistics, BlockMask mask, LinearWeights fitted, int row)
    {
        int inputs = layer.Weights.InFeatures;
        int strip = row / mask.Shape.Height;
        var group = layer.Groups.Single(g => strip >= g.FirstStrip && strip < g.FirstStrip + g.Strips);
        double[] flat = statistics.Inputs[layer.Groups.ToList().IndexOf(group)].data<double>().ToArray();
        double A(int i, int j) => flat[(i * (inputs + 1)) + j];
        double Dense(int i) => i == inputs ? layer.Weights.Bias[row] : layer.Weights.Weight[(row * inputs) + i];
        double lambda = Ridge * Enumerable.Range(0, inputs).Average(i => A(i, i));
        int[] kept = [.. Enumerable.Range(0, inputs).Where(i => mask[strip, i / mask.Shape.Width]), inputs];

        double[,] left = NaiveMatrix.Fill(
            kept.Length, kept.Length, (i, j) => A(kept[i], kept[j]) + (i == j && kept[i] < inputs ? lambda : 0));
        double[,] right = NaiveMatrix.Fill(kept.Length, 1, (i, _) =>
            Enumerable.Range(0, inputs + 1).Sum(j => A(kept[i], j) * Dense(j)) + (kept[i] < inputs ? lambda * Dense(kept[i]) : 0));
        double[,] expected = NaiveMatrix.Solve(left, right);

        for (int i = 0; i < kept.Length; i++)
        {
            double found = kept[i] == inputs ? fitted.Bias[row] : fitted.Weight[(row * inputs) + kept[i]];
            Assert.AreEqual(expected[i, 0], found, 1e-5 * Math.Max(1, Math.Abs(expected[i, 0])), $"{layer.Name} row {row} input {kept[i]}");
        }

        Assert.IsTrue(Enumerable.Range(0, inputs).Except(kept).All(i => fitted.Weight[(row * inputs) + i] == 0), "a removed weight");
    }
}
