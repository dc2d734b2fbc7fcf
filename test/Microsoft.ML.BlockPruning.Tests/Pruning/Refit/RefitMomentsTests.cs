using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Refit;

[TestClass]
public sealed class RefitMomentsTests
{
    private const int Images = 6;

    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    /// <summary>Targets that are M s̃, summed as M Σ s̃ x̃ᵀ, against plain loops in float64 over every token.</summary>
    [TestMethod]
    public void Targets_OfAMapAreThoseOfItsOutputs()
    {
        using var scope = NewDisposeScope();
        var layer = Wide();
        var random = new Random(3);
        int tokens = Images * layer.Tokens, width = layer.Weights.InFeatures, rows = layer.Weights.OutFeatures;
        float[] x = Numbers(random, tokens * width), s = Numbers(random, tokens * width), weights = Numbers(random, tokens);
        var source = tensor(s).reshape(Images, layer.Tokens, width);
        var map = RefitMoments.MapOf(layer.Weights);
        var target = source.matmul(tensor(layer.Weights.Weight).reshape(rows, width).t()) + tensor(layer.Weights.Bias);

        Assert.IsTrue(RefitMoments.IsMapped(layer));
        var moments = new RefitMoments(layer, [weights], map);
        moments.Add(tensor(x).reshape(Images, layer.Tokens, width), target, source);

        double[] found = moments.Targets[0].data<double>().ToArray();
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i <= width; i++)
            {
                double expected = 0, size = 0;
                for (int t = 0; t < tokens; t++)
                {
                    double y = layer.Weights.Bias[row] + Enumerable.Range(0, width).Sum(
                        k => (double)layer.Weights.Weight[(row * width) + k] * s[(t * width) + k]);
                    double term = weights[t] * y * (i == width ? 1 : x[(t * width) + i]);
                    (expected, size) = (expected + term, size + Math.Abs(term));
                }

                // float32 products of so many terms, the map's own in float64.
                Assert.AreEqual(expected, found[(row * (width + 1)) + i], 1e-7 * (tokens + width) * (1 + size), $"row {row}, input {i}");
            }
        }
    }

    /// <summary>What float32 cannot hold ends in an error that names layer and strip, and not in infinite weights.</summary>
    [TestMethod]
    public void Solve_OfWeightsThatAreNotFinite_NamesTheStrip()
    {
        using var scope = NewDisposeScope();
        var layer = Wide();
        int width = layer.Weights.InFeatures + 1;
        var map = zeros(layer.Weights.OutFeatures, width, float64);
        map[5, 2] = 1e300;
        var moments = new RefitMoments(layer, [new float[Images * layer.Tokens]]);
        moments.Add(0, eye(width, dtype: float64), map);

        var error = Assert.ThrowsExactly<ArithmeticException>(() => new StripSolver(layer, layer.Blocks).Solve(moments, () => { }));

        StringAssert.Contains(error.Message, $"'{layer.Name}'");
        StringAssert.Contains(error.Message, "row strip 2");
    }

    // fc1: 10 outputs of 6 inputs, in strips of two.
    private static PrunableLayer Wide() =>
        PrunableLayer.Of(TinyNetwork.Weights(TinyNetwork.Config(depth: 1), seed: 1), new BlockShape(2, 2))[2];

    private static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.3f)];
}
