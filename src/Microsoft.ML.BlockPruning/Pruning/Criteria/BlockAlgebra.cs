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

    /// <summary>b = a.</summary>
    /// <param name="a">[side, side].</param>
    /// <param name="side">Of both.</param>
    /// <param name="b">[side, side].</param>
    public static void Copy(double* a, int side, double* b) =>
        new ReadOnlySpan<double>(a, side * side).CopyTo(new Span<double>(b, side * side));

    /// <summary>b = aᵀ.</summary>
    /// <param name="a">[side, side].</param>
    /// <param name="side">Of both.</param>
    /// <param name="b">[side, side].</param>
    public static void CopyTransposed(double* a, int side, double* b)
    {
        for (int i = 0; i < side; i++)
        {
            for (int j = 0; j < side; j++)
            {
                b[(i * side) + j] = a[(j * side) + i];
            }
        }
    }

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

    /// <summary>Cholesky: uᵀ u = a, row by row, so that what follows a pivot is whole vectors.</summary>
    /// <param name="a">[n, n], symmetric positive definite.</param>
    /// <param name="n">Side.</param>
    /// <param name="u">[n, n], written on and above the diagonal; on it stand the reciprocals, which is all that a solution needs.</param>
    public static void Factor(double* a, int n, double* u)
    {
        Copy(a, n, u);
        for (int k = 0; k < n; k++)
        {
            double* pivot = u + (k * n);
            Debug.Assert(pivot[k] > 0, "a damped covariance is positive definite");
            double inverse = 1 / Math.Sqrt(pivot[k]);
            for (int j = k / Lanes * Lanes; j < n; j += Lanes)
            {
                (Vector512.Load(pivot + j) * inverse).Store(pivot + j);
            }

            pivot[k] = inverse;
            for (int i = k + 1; i < n; i++)
            {
                SubtractRow(pivot[i], pivot, u + (i * n), i / Lanes * Lanes, n);
            }
        }
    }

    /// <summary>b ← u⁻ᵀ b by forward substitution.</summary>
    /// <param name="u">[n, n], as <see cref="Factor"/> leaves it.</param>
    /// <param name="n">Side of u, rows of b.</param>
    /// <param name="columns">Columns of b.</param>
    /// <param name="b">[n, columns], replaced.</param>
    public static void SolveLower(double* u, int n, int columns, double* b)
    {
        Debug.Assert(columns % Lanes == 0, "sides are padded");
        for (int k = 0; k < n; k++)
        {
            double* pivot = b + (k * columns);
            double inverse = u[(k * n) + k];
            for (int j = 0; j < columns; j += Lanes)
            {
                (Vector512.Load(pivot + j) * inverse).Store(pivot + j);
            }

            for (int i = k + 1; i < n; i++)
            {
                SubtractRow(u[(k * n) + i], pivot, b + (i * columns), 0, columns);
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

    // b −= factor · a from the first column on.
    private static void SubtractRow(double factor, double* a, double* b, int first, int columns)
    {
        var times = Vector512.Create(-factor);
        for (int j = first; j < columns; j += Lanes)
        {
            Vector512.MultiplyAddEstimate(times, Vector512.Load(a + j), Vector512.Load(b + j)).Store(b + j);
        }
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
