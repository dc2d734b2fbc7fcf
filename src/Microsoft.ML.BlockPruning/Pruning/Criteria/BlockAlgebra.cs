using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>
/// Linear algebra on single blocks, float64, row-major; every side is a multiple of <see cref="Lanes"/>, so there are no remainders.
/// </summary>
/// <remarks>libtorch takes about 20 µs a call whatever the size; a 16x16 step takes less than one here.</remarks>
internal static unsafe class BlockAlgebra
{
    /// <summary>float64 values of one <see cref="Vector512{T}"/>; narrower machines run it as two or four vectors.</summary>
    public const int Lanes = 8;

    /// <summary>The next multiple of <see cref="Lanes"/>.</summary>
    public static int Padded(int side) => (side + Lanes - 1) / Lanes * Lanes;

    /// <summary>c[rows, columns] −= aᵀ b.</summary>
    /// <param name="a">[depth, rows].</param>
    /// <param name="b">[depth, columns].</param>
    /// <param name="depth">Any number, zero included.</param>
    /// <param name="rows">Rows of c.</param>
    /// <param name="columns">Columns of c.</param>
    /// <param name="c">Accumulated into.</param>
    public static void SubtractTransposedProduct(double* a, double* b, long depth, int rows, int columns, double* c)
    {
        Debug.Assert(rows % Lanes == 0 && columns % Lanes == 0, "sides are padded");
        for (int i = 0; i < rows; i += Lanes)
        {
            for (int j = 0; j < columns; j += Lanes)
            {
                SubtractTile(a + i, b + j, depth, rows, columns, c + ((long)i * columns) + j);
            }
        }
    }

    /// <summary>Cholesky: l lᵀ = a; the part of l above the diagonal is left as it is.</summary>
    /// <param name="a">[n, n], symmetric positive definite.</param>
    /// <param name="n">Side.</param>
    /// <param name="l">[n, n], written on and below the diagonal.</param>
    public static void Factor(double* a, int n, double* l)
    {
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = a[(i * n) + j];
                for (int k = 0; k < j; k++)
                {
                    sum -= l[(i * n) + k] * l[(j * n) + k];
                }

                Debug.Assert(i != j || sum > 0, "a damped covariance is positive definite");
                l[(i * n) + j] = i == j ? Math.Sqrt(sum) : sum / l[(j * n) + j];
            }
        }
    }

    /// <summary>b ← l⁻¹ b by forward substitution.</summary>
    /// <param name="l">[n, n], lower triangle.</param>
    /// <param name="n">Side of l, rows of b.</param>
    /// <param name="columns">Columns of b.</param>
    /// <param name="b">[n, columns], replaced.</param>
    public static void SolveLower(double* l, int n, int columns, double* b)
    {
        Debug.Assert(columns % Lanes == 0, "sides are padded");
        for (int i = 0; i < n; i++)
        {
            double inverse = 1 / l[(i * n) + i];
            for (int j = 0; j < columns; j += Lanes)
            {
                var sum = Vector512.Load(b + (i * columns) + j);
                for (int k = 0; k < i; k++)
                {
                    sum -= Vector512.Create(l[(i * n) + k]) * Vector512.Load(b + (k * columns) + j);
                }

                (sum * inverse).Store(b + (i * columns) + j);
            }
        }
    }

    /// <summary>Σ x².</summary>
    public static double SumOfSquares(double* x, int length)
    {
        Debug.Assert(length % Lanes == 0, "sides are padded");
        var sum = Vector512<double>.Zero;
        for (int i = 0; i < length; i += Lanes)
        {
            var value = Vector512.Load(x + i);
            sum += value * value;
        }

        return Vector512.Sum(sum);
    }

    // One 8x8 tile of c in eight registers: each step of depth loads one vector of b and broadcasts eight values of a.
    private static void SubtractTile(double* a, double* b, long depth, int aStride, int bStride, double* c)
    {
        Vector512<double> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        for (long k = 0; k < depth; k++, a += aStride, b += bStride)
        {
            var v = Vector512.Load(b);
            c0 = Vector512.MultiplyAddEstimate(Vector512.Create(a[0]), v, c0);
            c1 = Vector512.MultiplyAddEstimate(Vector512.Create(a[1]), v, c1);
            c2 = Vector512.MultiplyAddEstimate(Vector512.Create(a[2]), v, c2);
            c3 = Vector512.MultiplyAddEstimate(Vector512.Create(a[3]), v, c3);
            c4 = Vector512.MultiplyAddEstimate(Vector512.Create(a[4]), v, c4);
            c5 = Vector512.MultiplyAddEstimate(Vector512.Create(a[5]), v, c5);
            c6 = Vector512.MultiplyAddEstimate(Vector512.Create(a[6]), v, c6);
            c7 = Vector512.MultiplyAddEstimate(Vector512.Create(a[7]), v, c7);
        }

        Subtract(c0, c);
        Subtract(c1, c + bStride);
        Subtract(c2, c + (2L * bStride));
        Subtract(c3, c + (3L * bStride));
        Subtract(c4, c + (4L * bStride));
        Subtract(c5, c + (5L * bStride));
        Subtract(c6, c + (6L * bStride));
        Subtract(c7, c + (7L * bStride));
    }

    private static void Subtract(Vector512<double> value, double* c) => (Vector512.Load(c) - value).Store(c);
}
