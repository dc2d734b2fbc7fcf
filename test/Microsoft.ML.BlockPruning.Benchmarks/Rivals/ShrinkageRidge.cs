using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Rivals;

/// <summary>CORP's λ: the oracle-approximating shrinkage of a covariance (Chen et al., 2010, eq. 23), and never below 1e-3.</summary>
/// <remarks>
/// λ = max(1e-3, ρ tr Σ / p), ρ = min(1, ((1 − 2/p) tr Σ² + tr² Σ) / ((n + 1 − 2/p) (tr Σ² − tr² Σ / p))): what the public code
/// computes (<c>auto_shrinkage</c>, its default), 1e-3 being its <c>lambda_reg</c>.
/// </remarks>
internal static class ShrinkageRidge
{
    private const double Least = 1e-3;

    /// <summary>λ.</summary>
    /// <param name="covariance">[p, p] float64, Σ.</param>
    /// <param name="samples">n.</param>
    public static double Of(Tensor covariance, long samples)
    {
        using var scope = NewDisposeScope();
        double size = covariance.shape[0];
        double trace = TorchDevice.ReadOne<double>(covariance.trace());
        double squares = TorchDevice.ReadOne<double>(covariance.mul(covariance.t()).sum());
        double spread = (samples + 1 - (2 / size)) * (squares - (trace * trace / size));
        double shrinkage = spread > 0 ? Math.Min(1, (((1 - (2 / size)) * squares) + (trace * trace)) / spread) : 1;
        return Math.Max(Least, shrinkage * trace / size);
    }
}
