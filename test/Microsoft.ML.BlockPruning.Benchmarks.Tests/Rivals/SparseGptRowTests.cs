using Microsoft.ML.BlockPruning.Benchmarks.Rivals;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Rivals;

[TestClass]
public sealed class SparseGptRowTests
{
    private const int Inputs = 12;
    private readonly double[,] _hessian = new double[Inputs, Inputs]; // E[x xᵀ]
    private readonly double[] _weights;
    private readonly double[] _factor;

    public SparseGptRowTests()
    {
        var tokens = new RandomTokens(tokens: 60, Inputs, seed: 8);
        for (int i = 0; i < Inputs * Inputs; i++)
        {
            var (a, b) = (i / Inputs, i % Inputs);
            _hessian[a, b] = tokens.Mean(t => tokens.Values[t, a] * tokens.Values[t, b]) + (a == b ? 0.1 : 0);
        }

        var random = new Random(9);
        _weights = [.. Enumerable.Range(0, Inputs).Select(_ => (2 * random.NextDouble()) - 1)];
        using var scope = NewDisposeScope();
        _factor = linalg.cholesky(linalg.inv(tensor(_hessian))).t().contiguous().data<double>().ToArray();
    }

    // argmin (w' − w)ᵀ H (w' − w) with w'_j = 0 and those before j as they were: H_LL (w'_L − w_L) = H_Lj w_j for those after j.
    [TestMethod]
    [DataRow(0)]
    [DataRow(5)]
    [DataRow(11)]
    public void Removal_OfOneWeightIsTheLeastSquaresOfThoseAfterIt(int removed)
    {
        int later = Inputs - removed - 1;
        double[,] left = new double[later, later];
        for (int i = 0; i < later * later; i++)
        {
            left[i / later, i % later] = _hessian[removed + 1 + (i / later), removed + 1 + (i % later)];
        }

        double[] change = GaussianElimination.Solve(
            left, [.. Enumerable.Range(removed + 1, later).Select(i => _hessian[i, removed] * _weights[removed])]);
        double[] row = [.. _weights];

        new SparseGptRow(_factor, Inputs).Remove(row, removed);

        double[] expected = [.. _weights[..removed], 0, .. change.Select((delta, i) => _weights[removed + 1 + i] + delta)];
        for (int i = 0; i < Inputs; i++)
        {
            Assert.AreEqual(expected[i], row[i], 1e-9, $"weight {i}");
        }
    }

    [TestMethod]
    public void Row_IsTheOneOfTheAlgorithmWithExplicitInverses()
    {
        double[] expected = SparseGptOracle.Row(_weights, _hessian);
        double[] row = [.. _weights];

        new SparseGptRow(_factor, Inputs).Prune(row);

        for (int i = 0; i < Inputs; i++)
        {
            Assert.AreEqual(expected[i], row[i], 1e-9, $"weight {i}");
        }
    }

    [TestMethod]
    public void EqualScores_LoseTwoOfEachFour()
    {
        double[] identity = new double[16];
        foreach (int i in Enumerable.Range(0, 4))
        {
            identity[(i * 4) + i] = 1;
        }

        double[] row = [1, -1, 1, 1];
        new SparseGptRow(identity, 4).Prune(row);

        CollectionAssert.AreEqual(new double[] { 0, 0, 1, 1 }, row);
    }
}
