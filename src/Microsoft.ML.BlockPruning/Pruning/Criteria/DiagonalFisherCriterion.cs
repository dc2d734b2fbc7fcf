using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>½ Σ_{j ∈ B} E[G_n,j²] w_j², G_n = image n's gradient: the Fisher's diagonal as Hessian (Theis et al., 2018).</summary>
/// <param name="loss">Its Fisher matrix; null: the likelihood's.</param>
/// <remarks>
/// Correlation inside the block is left out; <see cref="BlockFisherCriterion"/> has it for the same price. Cost: in · out multiply-adds per
/// token; memory 8 in · out bytes.
/// </remarks>
internal sealed class DiagonalFisherCriterion(ICalibrationLoss? loss = null) : WeightwiseCriterion<SquaredWeightGradients>(loss)
{
    protected override SquaredWeightGradients Observe(PrunableLayer layer, CalibrationSet calibration) => new(layer);

    protected override Tensor Terms(PrunableLayer layer, Tensor weight, SquaredWeightGradients observed) =>
        observed.Mean().mul(weight).mul(weight).Times(0.5);
}
