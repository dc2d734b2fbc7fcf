using Microsoft.ML.BlockPruning.Pruning.Bases;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Bases;

/// <summary>The algebra behind the bases, against its definitions in plain loops.</summary>
[TestClass]
public sealed class BasisAlgebraTests
{
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard()
    {
        LibTorch.EnsureLoaded();
        _guard = TensorLeakGuard.Start();
    }

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    /// <summary>T A Tᵀ = T⁻ᵀ B T⁻¹ = diag, falling, and T T⁻¹ = 1.</summary>
    [TestMethod]
    public void Balance_GivesBothSidesOneFallingSpectrum()
    {
        const int n = 5;
        using var scope = NewDisposeScope();
        double[,] a = Moment(n, n, seed: 1), b = Moment(n, n, seed: 2);

        var (basis, inverse, spectrum) = BasisAlgebra.Balance(tensor(a), tensor(b))!.Value;

        double[,] t = Matrix(basis, n), back = Matrix(inverse, n);
        double[] falling = TorchDevice.Read<double>(spectrum);
        CollectionAssert.AreEqual(falling.OrderDescending().ToArray(), falling);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double one = 0, left = 0, right = 0;
                for (int k = 0; k < n; k++)
                {
                    one += t[i, k] * back[k, j];
                    for (int l = 0; l < n; l++)
                    {
                        left += t[i, k] * a[k, l] * t[j, l];
                        right += back[k, i] * b[k, l] * back[l, j];
                    }
                }

                Assert.AreEqual(i == j ? 1 : 0, one, 1e-9);
                Assert.AreEqual(i == j ? falling[i] : 0, left, 1e-9 * falling[0]);
                Assert.AreEqual(i == j ? falling[i] : 0, right, 1e-9 * falling[0]);
            }
        }
    }

    /// <summary>Queries of rank one, or keys: the inverse stays bounded and exact.</summary>
    [TestMethod]
    public void Balance_OfRankOneIsStillInvertible()
    {
        const int n = 4;
        using var scope = NewDisposeScope();

        var (basis, inverse, _) = BasisAlgebra.Balance(tensor(Moment(n, 1, seed: 3)), tensor(Moment(n, n, seed: 4)))!.Value;

        double[,] t = Matrix(basis, n), back = Matrix(inverse, n);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                Assert.AreEqual(i == j ? 1 : 0, Enumerable.Range(0, n).Sum(k => t[i, k] * back[k, j]), 1e-8);
            }
        }
    }

    [TestMethod]
    public void Balance_OfZerosIsNone()
    {
        using var scope = NewDisposeScope();

        Assert.IsNull(BasisAlgebra.Balance(zeros(3, 3, float64), tensor(Moment(3, 3, seed: 5))));
        Assert.IsNull(BasisAlgebra.Balance(tensor(Moment(3, 3, seed: 5)), zeros(3, 3, float64)));
    }

    /// <summary>Orthonormal, orthogonal to a constant, and all but the last ones within one block.</summary>
    [TestMethod]
    [DataRow(6, 3)]
    [DataRow(10, 3)]
    [DataRow(12, 12)]
    [DataRow(7, 1)]
    [DataRow(2, 16)]
    public void BlockContrasts_AreOrthonormalAndLieInBlocks(int width, int block)
    {
        double[] basis = BlockContrasts.Of(width, Math.Min(width, block));

        int blocks = (width + block - 1) / block;
        for (int i = 0; i < width - 1; i++)
        {
            double[] row = basis[(i * width)..((i + 1) * width)];
            Assert.AreEqual(0, row.Sum(), 1e-12, "orthogonal to ones");
            for (int j = 0; j < width - 1; j++)
            {
                Assert.AreEqual(i == j ? 1 : 0, row.Zip(basis[(j * width)..((j + 1) * width)], (a, b) => a * b).Sum(), 1e-12);
            }

            int[] touched = [.. row.Index().Where(entry => entry.Item != 0).Select(entry => entry.Index / block).Distinct()];
            Assert.AreEqual(i < width - blocks, touched.Length == 1, $"contrast {i}");
        }
    }

    private static double[,] Moment(int n, int rank, int seed)
    {
        var random = new Random(seed);
        double[,] vectors = new double[n, rank], moment = new double[n, n];
        foreach (var (i, k) in Places(n, rank))
        {
            vectors[i, k] = random.NextDouble() - 0.5;
        }

        foreach (var (i, j) in Places(n, n))
        {
            moment[i, j] = Enumerable.Range(0, rank).Sum(k => vectors[i, k] * vectors[j, k]);
        }

        return moment;
    }

    private static IEnumerable<(int Row, int Column)> Places(int rows, int columns) =>
        from row in Enumerable.Range(0, rows)
        from column in Enumerable.Range(0, columns)
        select (row, column);

    private static double[,] Matrix(Tensor values, int n)
    {
        double[] flat = TorchDevice.Read<double>(values);
        double[,] matrix = new double[n, n];
        foreach (var (i, j) in Places(n, n))
        {
            matrix[i, j] = flat[(i * n) + j];
        }

        return matrix;
    }
}
