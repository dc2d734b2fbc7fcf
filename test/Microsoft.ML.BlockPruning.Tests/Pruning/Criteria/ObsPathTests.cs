using Microsoft.ML.BlockPruning.Pruning.Criteria;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Criteria;

[TestClass]
public sealed class ObsPathTests
{
    [TestMethod]
    public void Run_RemovesEqualBlocksFromFirstToLast()
    {
        // Uncorrelated inputs of variance one and equal weights: every block costs ½ · 2 · 2 · 3² = 18, whatever has gone.
        const int inputs = 8, width = 2, height = 2;
        double[] identity = [.. Enumerable.Range(0, inputs * inputs).Select(i => i / inputs == i % inputs ? 1.0 : 0)];
        var path = new ObsPath(new BlockedMatrix(identity, inputs, inputs, width), height);
        int[] order = new int[inputs / width];
        double[] errors = new double[inputs / width];

        path.Run([.. Enumerable.Repeat(3.0, inputs * height)], height, width, order, errors);

        CollectionAssert.AreEqual(new[] { 0, 1, 2, 3 }, order);
        CollectionAssert.AreEqual(new[] { 18.0, 18, 18, 18 }, errors);
    }

    /// <summary>Against removal one by one with a dense inverse, for blocks of more and of fewer than one delayed update covers.</summary>
    [TestMethod]
    [DataRow(3, 16)]
    [DataRow(8, 16)]
    [DataRow(17, 16)]
    [DataRow(19, 5)]
    public void Run_IsThePathOfRemovalsOneByOne(int blocks, int width)
    {
        const int height = 4;
        int inputs = blocks * width;
        var random = new Random(blocks);
        double[] weights = [.. Enumerable.Range(0, inputs * height).Select(_ => random.NextDouble() - 0.5)];
        double[] inverse = PositiveDefinite(inputs, random);
        var (expectedOrder, expectedErrors) = RemoveOneByOne(weights, inverse, inputs, height, width);
        int[] order = new int[blocks];
        double[] errors = new double[blocks];

        new ObsPath(new BlockedMatrix(inverse, inputs, inputs, width), height).Run(weights, height, width, order, errors);

        CollectionAssert.AreEqual(expectedOrder, order);
        for (int step = 0; step < blocks; step++)
        {
            Assert.AreEqual(expectedErrors[step], errors[step], 1e-9 * expectedErrors[step], $"step {step}");
        }
    }

    // I + a few random outer products: far from singular, every block tied to every other.
    private static double[] PositiveDefinite(int size, Random random)
    {
        double[] matrix = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            matrix[(i * size) + i] = 1;
        }

        for (int product = 0; product < 6; product++)
        {
            double[] v = [.. Enumerable.Range(0, size).Select(_ => (random.NextDouble() - 0.5) / 2)];
            for (int i = 0; i < matrix.Length; i++)
            {
                matrix[i] += v[i / size] * v[i % size];
            }
        }

        return matrix;
    }

    // The scalar form, one input of the block after the other: each removal eliminates one row and column of H.
    private static (int[] Order, double[] Errors) RemoveOneByOne(double[] weights, double[] inverse, int inputs, int height, int width)
    {
        var live = Enumerable.Range(0, inputs / width).ToList();
        var order = new List<int>();
        var errors = new List<double>();
        var state = (Weights: (double[])weights.Clone(), Inverse: (double[])inverse.Clone());
        while (live.Count > 0)
        {
            var (best, after) = live
                .Select(block => (Block: block, After: Without(block, state.Weights, state.Inverse, inputs, height, width)))
                .MinBy(candidate => candidate.After.Error);
            order.Add(best);
            errors.Add(after.Error);
            state = (after.Weights, after.Inverse);
            live.Remove(best);
        }

        return ([.. order], [.. errors]);
    }

    private static (double Error, double[] Weights, double[] Inverse) Without(
        int block, double[] weights, double[] inverse, int inputs, int height, int width)
    {
        double[] w = (double[])weights.Clone(), h = (double[])inverse.Clone();
        double error = 0;
        for (int i = block * width; i < (block + 1) * width; i++)
        {
            double pivot = h[(i * inputs) + i];
            double[] row = h[(i * inputs)..((i + 1) * inputs)];
            double[] gone = w[(i * height)..((i + 1) * height)];
            error += gone.Sum(value => value * value) / pivot / 2;
            for (int j = 0; j < inputs; j++)
            {
                for (int k = 0; k < height; k++)
                {
                    w[(j * height) + k] -= gone[k] * row[j] / pivot;
                }

                for (int k = 0; k < inputs; k++)
                {
                    h[(j * inputs) + k] -= row[j] * row[k] / pivot;
                }
            }
        }

        return (error, w, h);
    }
}
