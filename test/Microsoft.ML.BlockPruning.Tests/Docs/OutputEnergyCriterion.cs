using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;

namespace Microsoft.ML.BlockPruning.Tests.Docs;

/// <summary>½ Σ_{i ∈ R} S_ii ‖W_{i,C}‖², S_ii = E Σ_t d_i²: squared weights, times how much the loss listens to their outputs.</summary>
/// <remarks>
/// The worked example of docs/adding-a-criterion.md. Cost: out operations per token; memory 8 out bytes. Inputs are left out.
/// </remarks>
internal sealed class OutputEnergyCriterion : WeightwiseCriterion<GradientEnergies>
{
    protected override GradientEnergies Observe(PrunableLayer layer, CalibrationSet calibration) => new(layer);

    protected override torch.Tensor Terms(PrunableLayer layer, torch.Tensor weight, GradientEnergies observed) =>
        weight.mul(weight).mul(observed.Mean().unsqueeze(1)).Times(0.5);
}
