using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>A criterion that watches each layer during one pass and rates it from what was seen there.</summary>
/// <typeparam name="TObserver">What watches a layer.</typeparam>
/// <param name="loss">What the pass differentiates; null: the likelihood of the calibration's labels, sampled where it has none.</param>
internal abstract class LayerCriterion<TObserver>(ICalibrationLoss? loss = null) : IBlockCriterion
    where TObserver : ILayerObserver
{
    public int Passes => CriterionContext.PassesOf(loss);

    public IReadOnlyList<LayerImportances> Rate(CriterionContext context)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        TObserver[] observers = [.. context.Layers.Select(layer => Observe(layer, context.Calibration))];
        context.Calibrate([.. observers.Select(observer => new ILayerObserver[] { observer })], LossOf(context.Calibration));
        return RateAll(context, observers);
    }

    /// <summary>What the pass differentiates, where it depends on the images; it asks for as many passes as the criterion's.</summary>
    protected virtual ICalibrationLoss? LossOf(CalibrationSet calibration) => loss;

    /// <summary>Rates all layers, one by one unless a criterion needs to see them together.</summary>
    protected virtual IReadOnlyList<LayerImportances> RateAll(CriterionContext context, IReadOnlyList<TObserver> observed) =>
        [.. context.Layers.Zip(observed, (layer, observer) =>
        {
            FreedMemory.GiveBack();
            return Rate(layer, observer, context.OnStrip);
        })];

    /// <summary>Creates the observer of one layer; its tensors belong to the open dispose scope.</summary>
    protected abstract TObserver Observe(PrunableLayer layer, CalibrationSet calibration);

    /// <summary>Rates one layer.</summary>
    /// <param name="layer">The layer; not changed.</param>
    /// <param name="observed">What was seen of it.</param>
    /// <param name="onStrip">To be called once per row strip, from any thread but one at a time; it may throw to cancel.</param>
    protected abstract LayerImportances Rate(PrunableLayer layer, TObserver observed, Action onStrip);
}
