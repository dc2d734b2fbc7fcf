using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>(M + 0.01 · mean diagonal · I)⁻¹ of a covariance.</summary>
internal static class DampedInverse
{
    // Of the mean diagonal, as in SparseGPT (Frantar & Alistarh, ICML 2023): dead and collinear features stay invertible.
    private const double Damping = 0.01;

    /// <summary>Inverts.</summary>
    /// <param name="covariance">[n, n] float64, symmetric, positive semidefinite; not changed.</param>
    /// <param name="damped">Features to damp, the first ones; the bias, where there is one, is the last and is not damped.</param>
    /// <returns>[n, n] float64; belongs to the caller's dispose scope.</returns>
    public static Tensor Of(Tensor covariance, long damped)
    {
        using var scope = NewDisposeScope();
        long size = covariance.shape[0];
        var sum = covariance.clone();
        var diagonal = sum.diagonal().narrow(0, 0, damped);
        double mean = TorchDevice.ReadOne<double>(diagonal.mean());
        // Without any input the layer computes its bias; any damping says so.
        diagonal.Accumulate(mean > 0 ? Damping * mean : 1);
        if (mean <= 0)
        {
            sum.diagonal().narrow(0, damped, size - damped).copy_(TorchDevice.Put(ones(size - damped, float64)));
        }

        return cholesky_inverse(linalg.cholesky(sum)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// W times the block diagonal of [(H)_CC]⁻¹, H such an inverse: what is left of each block's covariance once all other features have
    /// explained their part of it (a Schur complement).
    /// </summary>
    /// <param name="weight">[rows, features] float64.</param>
    /// <param name="inverse">[at least features, at least features] float64.</param>
    /// <param name="block">Features of a block; the last one may hold fewer.</param>
    /// <returns>[rows, features]; belongs to the caller's dispose scope.</returns>
    public static Tensor TimesSchurComplements(Tensor weight, Tensor inverse, int block)
    {
        using var scope = NewDisposeScope();
        var products = new List<Tensor>();
        for (long first = 0; first < weight.shape[1]; first += block)
        {
            long width = Math.Min(block, weight.shape[1] - first);
            var part = inverse.narrow(0, first, width).narrow(1, first, width);
            products.Add(weight.narrow(1, first, width).mm(cholesky_inverse(linalg.cholesky(part))));
        }

        return cat([.. products], 1).MoveToOuterDisposeScope();
    }
}
