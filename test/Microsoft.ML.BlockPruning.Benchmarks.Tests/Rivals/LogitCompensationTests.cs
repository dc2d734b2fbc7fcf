using Microsoft.ML.BlockPruning.Benchmarks.Rivals;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Rivals;

[TestClass]
public sealed class LogitCompensationTests
{
    private const int Tokens = 12;
    private static readonly UnitChoice Dims = new(Kept: [1, 2, 4], Removed: [0, 3]);
    private readonly RandomTokens _queries = new(Tokens, features: 5, seed: 5);
    private readonly RandomTokens _keys = new(Tokens, features: 5, seed: 6);

    // argmin Σ over pairs (Σ_P q_p k_p − Σ_ab M_ab q_a k_b)² + λ |M|²: each pair is a row of a least squares with nine unknowns.
    [TestMethod]
    public void Map_IsTheSymmetricPartOfTheLeastSquaresOfAllLogits()
    {
        using var scope = NewDisposeScope();
        var queries = _queries.Moments();
        double ridge = ShrinkageRidge.Of(UnitChoice.Part(queries.Covariance, Dims.Kept, Dims.Kept), Tokens);
        double[,] left = new double[9, 9];
        double[] right = new double[9];
        for (int pair = 0; pair < Tokens * Tokens; pair++)
        {
            var (t, u) = (pair / Tokens, pair % Tokens);
            double[] row = [.. Dims.Kept.SelectMany(a => Dims.Kept.Select(b => _queries.Values[t, a] * _keys.Values[u, b]))];
            double wanted = Dims.Removed.Sum(p => _queries.Values[t, p] * _keys.Values[u, p]);
            for (int i = 0; i < 9; i++)
            {
                right[i] += row[i] * wanted;
                for (int j = 0; j < 9; j++)
                {
                    left[i, j] += row[i] * row[j];
                }
            }
        }

        for (int i = 0; i < 9; i++)
        {
            left[i, i] += ridge;
        }

        var fit = LogitCompensation.Of(queries, _keys.Moments(), Dims);

        double[] expected = GaussianElimination.Solve(left, right);
        var map = fit.Query.mm(fit.Key.t()); // sym(I + M)
        for (int i = 0; i < 9; i++)
        {
            var (a, b) = (i / 3, i % 3);
            double symmetric = (expected[(3 * a) + b] + expected[(3 * b) + a]) / 2;
            Assert.AreEqual(symmetric + (a == b ? 1 : 0), map[a, b].item<double>(), 1e-8, $"entry {a}, {b}");
        }
    }
}
