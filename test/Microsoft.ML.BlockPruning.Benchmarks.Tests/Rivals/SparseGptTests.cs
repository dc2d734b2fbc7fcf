using Microsoft.ML.BlockPruning.Benchmarks.Rivals;
using Microsoft.ML.BlockPruning.Calibration;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Rivals;

[TestClass]
public sealed class SparseGptTests
{
    private readonly SmallNetwork _network = new(channels: 1, isDistilled: false);

    [TestMethod]
    public void Network_KeepsTwoOfEveryFourInputsOfEachRow()
    {
        var dense = _network.Weights;
        var calibration = new CalibrationSet(dense.Spec, _network.Pixels, SmallNetwork.Images);

        var pruned = new SparseGpt().Prune(dense, calibration, keep: 0.5);

        foreach (var (before, after) in dense.PrunableLayers.Zip(pruned.Weights.PrunableLayers))
        {
            for (int i = 0; i < after.Weight.Length; i += 4)
            {
                Assert.AreEqual(2, after.Weight.AsSpan(i, 4).Count(0f), $"{after.Name}, weights {i} to {i + 3}");
            }

            CollectionAssert.AreEqual(before.Bias, after.Bias, after.Name);
        }

        float[] head = pruned.Weights[dense.Spec.Heads[0].Linear].Weight;
        CollectionAssert.AreEqual(dense[dense.Spec.Heads[0].Linear].Weight, head);
    }

    [TestMethod]
    public void LastLayer_IsPrunedOnWhatThePrunedOnesBeforeItGive()
    {
        var dense = _network.Weights;
        var calibration = new CalibrationSet(dense.Spec, _network.Pixels, SmallNetwork.Images);
        var pruned = new SparseGpt().Prune(dense, calibration, keep: 0.5).Weights;
        var (before, after) = (dense.PrunableLayers.Last(), pruned.PrunableLayers.Last());
        int inputs = before.InFeatures;
        double[,] hessian = new double[inputs, inputs];
        ForwardWalk.Run(pruned, calibration, (step, module, streams) =>
        {
            if (step == dense.Spec.Steps[^1])
            {
                float[] x = module.InputOf(1, streams[0]).contiguous().data<float>().ToArray();
                for (int i = 0; i < inputs * inputs; i++)
                {
                    var (a, b) = (i / inputs, i % inputs);
                    int tokens = x.Length / inputs;
                    hessian[a, b] = Enumerable.Range(0, tokens).Sum(t => (double)x[(t * inputs) + a] * x[(t * inputs) + b]) / tokens;
                }
            }
        });
        double damping = 0.01 * Enumerable.Range(0, inputs).Average(i => hessian[i, i]);
        for (int i = 0; i < inputs; i++)
        {
            hessian[i, i] += damping;
        }

        for (int row = 0; row < before.OutFeatures; row++)
        {
            double[] weights = [.. before.Weight.AsSpan(row * inputs, inputs).ToArray().Select(weight => (double)weight)];
            double[] expected = SparseGptOracle.Row(weights, hessian);
            for (int i = 0; i < inputs; i++)
            {
                Assert.AreEqual(expected[i], after.Weight[(row * inputs) + i], 1e-5, $"weight {i} of row {row}");
            }
        }
    }

    // 4 patches of 16 pixels and a class token, width 32, 2 layers, MLPs of 48, 5 classes.
    [TestMethod]
    public void Share_IsThatOfHalfThePrunableWeights()
    {
        long prunable = 2 * 5 * ((96 * 32) + (32 * 32) + (2 * 48 * 32));
        long rest = (4 * 16 * 32) + (2 * 2 * 5 * 5 * 32) + (5 * 32);
        double expected = (rest + (prunable / 2.0)) / (rest + prunable);

        double? keep = new SparseGpt().KeepOf(_network.Weights.Spec, asked: 0.25);

        Assert.AreEqual(expected, keep!.Value, 0.5e-5);
    }
}
