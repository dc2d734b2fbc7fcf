using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>Σ_{j ∈ C} A_jj ‖W_{R,j}‖², A_jj = E[x_j²]: the energy that the block adds to the outputs if inputs were uncorrelated.</summary>
/// <remarks>
/// Wanda's score |w|·‖x‖ (Sun et al., ICLR 2024), squared and summed over the block. Cost: in operations per token; memory 8 in bytes.
/// The outputs' weight in the loss is left out, so layers compare poorly; best with the same fraction of every layer.
/// </remarks>
internal sealed class ActivationMagnitudeCriterion : WeightwiseCriterion<InputEnergies>
{
    protected override InputEnergies Observe(PrunableLayer layer, CalibrationSet calibration) => new(layer);

    protected override Tensor Terms(PrunableLayer layer, Tensor weight, InputEnergies observed) => weight.mul(weight).mul(observed.Mean());
}
