using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

[TestClass]
public sealed class SecondMomentsTests
{
    [TestMethod]
    [DataRow(7)]
    [DataRow(256)]
    [DataRow(300)] // the second panel is ragged
    [DataRow(513)]
    public void Mirror_AfterSomeBatches_IsTheWeightedSumOfProducts(int features)
    {
        const int rows = 5, batches = 2;
        var random = new Random(features);
        double[] expected = new double[features * features];
        using var scope = NewDisposeScope();
        var sum = zeros(features, features, float64);
        for (int batch = 0; batch < batches; batch++)
        {
            float[] x = [.. Enumerable.Range(0, rows * features).Select(_ => random.NextSingle() - 0.5f)];
            float[] weights = [.. Enumerable.Range(0, rows).Select(_ => random.NextSingle())];
            for (int row = 0; row < rows; row++)
            {
                for (int i = 0; i < expected.Length; i++)
                {
                    expected[i] += (double)weights[row] * x[(row * features) + (i / features)] * x[(row * features) + (i % features)];
                }
            }

            var matrix = tensor(x).reshape(rows, features);
            SecondMoments.Accumulate(sum, matrix, matrix * tensor(weights).unsqueeze(1));
        }

        SecondMoments.Mirror(sum);
        double[] actual = TorchDevice.Read<double>(sum);
        SecondMoments.Mirror(sum);

        // Of at most ten products below a quarter each, in float32.
        Assert.IsLessThan(1e-6, expected.Zip(actual, (one, other) => Math.Abs(one - other)).Max());
        Assert.AreEqual(0, (sum - sum.t()).abs().max().item<double>());
        CollectionAssert.AreEqual(actual, TorchDevice.Read<double>(sum));
    }
}
