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
}
