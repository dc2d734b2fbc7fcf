using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>What changes of basis need of linear algebra, in float64; results belong to the caller's dispose scope.</summary>
internal static class BasisAlgebra
{
    // Directions that hold nearly nothing are taken for larger than they are, so that no basis is stretched without bound.
    private const double LeastEigenvalue = 1e-8;
    private const double LeastSingularValue = 1e-4;

    /// <summary>Positions by falling value, the first of equals first; [n] int64.</summary>
    public static Tensor FallingOrder(Tensor values)
    {
        double[] numbers = TorchDevice.Read<double>(values);
        long[] order = [.. Enumerable.Range(0, numbers.Length).OrderByDescending(i => numbers[i]).Select(i => (long)i)];
        return TorchDevice.Put(tensor(order, int64));
    }

    /// <summary>
    /// T with T A Tᵀ and T⁻ᵀ B T⁻¹ equal and diagonal, falling: of x' = T x and y' = T⁻ᵀ y, which keep ⟨x, y⟩, both sides have the same
    /// spectrum.
    /// </summary>
    /// <param name="left">A = E[x xᵀ], [n, n], symmetric.</param>
    /// <param name="right">B = E[y yᵀ].</param>
    /// <returns>T, T⁻¹ and the spectrum; null where one of the two is zero.</returns>
    /// <remarks>
    /// A^½ B^½ = U S Vᵀ; T = S^½ Uᵀ A^-½. Eigenvalues below 1e-8 of the largest and singular values below 1e-4 of it are raised to that.
    /// </remarks>
    public static (Tensor Basis, Tensor Inverse, Tensor Spectrum)? Balance(Tensor left, Tensor right)
    {
        using var scope = NewDisposeScope();
        if (Roots(left) is not { } a || Roots(right) is not { } b)
        {
            return null;
        }

        var (u, s, _) = linalg.svd(a.Root.mm(b.Root));
        var spectrum = s.maximum(s[0].Times(LeastSingularValue));
        var root = spectrum.sqrt();
        var basis = u.mul(root).t().mm(a.Inverse);
        var inverse = a.Root.mm(u.div(root));
        return (basis.MoveToOuterDisposeScope(), inverse.MoveToOuterDisposeScope(), spectrum.MoveToOuterDisposeScope());
    }

    /// <summary>A^½ and A^-½ of a symmetric matrix; null where it is zero.</summary>
    private static (Tensor Root, Tensor Inverse)? Roots(Tensor moment)
    {
        using var scope = NewDisposeScope();
        var (values, vectors) = linalg.eigh(moment.Plus(moment.t()).Times(0.5));
        double largest = TorchDevice.ReadOne<double>(values[-1]);
        if (!(largest > 0))
        {
            return null;
        }

        var roots = values.maximum(values[-1].Times(LeastEigenvalue)).sqrt();
        return (
            vectors.mul(roots).mm(vectors.t()).MoveToOuterDisposeScope(),
            vectors.div(roots).mm(vectors.t()).MoveToOuterDisposeScope());
    }
}
