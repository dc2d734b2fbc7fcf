using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Rivals;

/// <summary>CORP for hidden units: x_P ≈ B x_S + c, which goes into the layer that reads them.</summary>
/// <remarks>
/// B = Σ_PS (Σ_SS + λ I)⁻¹ of centred activations, c = μ_P − B μ_S; then W_S + W_P B and b + W_P c (the paper's README, and
/// <c>AffineCompensator</c> of the code).
/// </remarks>
/// <param name="Slope">B, [removed, kept] float64.</param>
/// <param name="Offset">c, [removed] float64.</param>
internal sealed record AffineCompensation(Tensor Slope, Tensor Offset)
{
    /// <summary>Fits; its tensors belong to the caller's dispose scope.</summary>
    /// <param name="moments">Of all units.</param>
    /// <param name="units">At least one stays.</param>
    public static AffineCompensation Of(FeatureMoments moments, UnitChoice units)
    {
        using var scope = NewDisposeScope();
        var covariance = moments.Covariance;
        var kept = UnitChoice.Part(covariance, units.Kept, units.Kept);
        kept.diagonal().Accumulate(ShrinkageRidge.Of(kept, moments.Count));
        var cross = UnitChoice.Part(covariance, units.Kept, units.Removed);
        var slope = cholesky_solve(cross, linalg.cholesky(kept)).t();
        var mean = moments.Mean;
        var offset = mean.index_select(0, UnitChoice.Indices(units.Removed))
            .sub(slope.mv(mean.index_select(0, UnitChoice.Indices(units.Kept))));
        return new AffineCompensation(slope.MoveToOuterDisposeScope(), offset.MoveToOuterDisposeScope());
    }
}
