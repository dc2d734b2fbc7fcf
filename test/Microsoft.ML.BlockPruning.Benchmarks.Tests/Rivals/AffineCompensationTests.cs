using Microsoft.ML.BlockPruning.Benchmarks.Rivals;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Rivals;

[TestClass]
public sealed class AffineCompensationTests
{
    private static readonly UnitChoice Units = new(Kept: [0, 2, 3], Removed: [1, 4]);
    private readonly RandomTokens _tokens = new(tokens: 40, features: 5, seed: 4);

    [TestMethod]
    public void Ridge_IsTheFormulaOfTheShrinkage()
    {
        using var scope = NewDisposeScope();
        double trace = Units.Kept.Sum(i => _tokens.Covariance(i, i));
        double squares = Units.Kept.Sum(i => Units.Kept.Sum(j => Math.Pow(_tokens.Covariance(i, j), 2)));
        double rho = (((1 - (2 / 3.0)) * squares) + (trace * trace)) / ((40 + 1 - (2 / 3.0)) * (squares - (trace * trace / 3)));

        double ridge = ShrinkageRidge.Of(UnitChoice.Part(_tokens.Moments().Covariance, Units.Kept, Units.Kept), samples: 40);

        Assert.IsTrue(rho is > 0 and < 1, $"ρ {rho}");
        Assert.AreEqual(rho * trace / 3, ridge, 1e-12);
    }

    [TestMethod]
    [DataRow(1.0, 1.0, DisplayName = "no spread: ρ is 1, λ the mean variance")]
    [DataRow(1e-6, 1e-3, DisplayName = "tiny: λ is the least one")]
    public void Ridge_HasItsBounds(double variance, double expected)
    {
        using var scope = NewDisposeScope();
        Assert.AreEqual(expected, ShrinkageRidge.Of(eye(3, dtype: float64).mul(variance), samples: 40), 1e-12);
    }

    // argmin Σ (x_p − b x_S − c)² + n λ |b|², the bias free, by its normal equations of uncentred sums: [Σ x xᵀ + nλ, Σ x; Σ xᵀ, n].
    [TestMethod]
    public void Fit_IsTheSolutionOfTheNormalEquations()
    {
        using var scope = NewDisposeScope();
        var moments = _tokens.Moments();
        double ridge = ShrinkageRidge.Of(UnitChoice.Part(moments.Covariance, Units.Kept, Units.Kept), moments.Count);

        var fit = AffineCompensation.Of(moments, Units);

        for (int p = 0; p < 2; p++)
        {
            double[,] left = new double[4, 4];
            double[] right = new double[4];
            for (int t = 0; t < 40; t++)
            {
                double[] x = [.. Units.Kept.Select(unit => _tokens.Values[t, unit]), 1];
                for (int i = 0; i < 4; i++)
                {
                    right[i] += x[i] * _tokens.Values[t, Units.Removed[p]];
                    for (int j = 0; j < 4; j++)
                    {
                        left[i, j] += x[i] * x[j];
                    }
                }
            }

            for (int i = 0; i < 3; i++)
            {
                left[i, i] += 40 * ridge;
            }

            double[] expected = GaussianElimination.Solve(left, right);
            for (int i = 0; i < 3; i++)
            {
                Assert.AreEqual(expected[i], fit.Slope[p, i].item<double>(), 1e-9, $"unit {Units.Removed[p]}, slope {i}");
            }

            Assert.AreEqual(expected[3], fit.Offset[p].item<double>(), 1e-9, $"unit {Units.Removed[p]}, offset");
        }
    }

    [TestMethod]
    public void Choice_KeepsTheHighestScores()
    {
        var choice = UnitChoice.Highest([3, 1, 2, 1, 5], 3);

        CollectionAssert.AreEqual(new long[] { 0, 2, 4 }, choice.Kept);
        CollectionAssert.AreEqual(new long[] { 1, 3 }, choice.Removed);
    }
}
