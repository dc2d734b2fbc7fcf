using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>Σ_{j ∈ B} |w_j ḡ_j|, ḡ = the loss gradient averaged over images: first-order Taylor (Molchanov et al., ICLR 2017).</summary>
/// <param name="loss">
/// null: the likelihood. Sampled labels make ḡ zero in expectation, so give labels, or <see cref="SquaredLogitLoss"/>, which with the mean
/// over the block in place of the sum is LPViT's ranking (ECCV 2024).
/// </param>
/// <remarks>Cost: in · out multiply-adds per token, as the weight gradient in training; memory 8 in · out bytes.</remarks>
internal sealed class TaylorCriterion(ICalibrationLoss? loss = null) : WeightwiseCriterion<WeightGradient>(loss)
{
    protected override WeightGradient Observe(PrunableLayer layer, CalibrationSet calibration) => new(layer);

    protected override Tensor Terms(PrunableLayer layer, Tensor weight, WeightGradient observed) => weight.mul(observed.Mean()).abs();
}
