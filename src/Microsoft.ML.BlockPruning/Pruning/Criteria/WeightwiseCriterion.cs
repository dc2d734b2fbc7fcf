using Microsoft.ML.BlockPruning.Calibration;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>A criterion whose importance is a sum of one term per weight of the block.</summary>
/// <typeparam name="TObserver">What watches a layer.</typeparam>
/// <param name="loss">What the pass differentiates; null: the likelihood of the calibration's labels, sampled where it has none.</param>
internal abstract class WeightwiseCriterion<TObserver>(ICalibrationLoss? loss = null) : LayerCriterion<TObserver>(loss)
    where TObserver : ILayerObserver
{
    protected sealed override LayerImportances Rate(PrunableLayer layer, TObserver observed, Action onStrip)
    {
        using var scope = NewDisposeScope();
        var terms = Terms(layer, BlockSums.WeightOf(layer), observed);
        return BlockSums.ToImportances(layer, BlockSums.Of(terms, layer.Blocks), onStrip);
    }

    /// <summary>The terms of one layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="weight">Its weight W, [out, in] float64.</param>
    /// <param name="observed">What was seen of it.</param>
    /// <returns>[out, in] float64.</returns>
    protected abstract Tensor Terms(PrunableLayer layer, Tensor weight, TObserver observed);
}
