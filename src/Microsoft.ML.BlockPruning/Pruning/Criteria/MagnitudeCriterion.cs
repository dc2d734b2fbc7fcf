using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>½‖W_B‖²: how far the weights move, whatever flows through them.</summary>
/// <remarks>Cost: none but the one pass that weighs the refit's tokens.</remarks>
internal sealed class MagnitudeCriterion : WeightwiseCriterion<NoObserver>
{
    protected override NoObserver Observe(PrunableLayer layer, CalibrationSet calibration) => new();

    protected override Tensor Terms(PrunableLayer layer, Tensor weight, NoObserver observed) => weight.mul(weight).Times(0.5);
}
