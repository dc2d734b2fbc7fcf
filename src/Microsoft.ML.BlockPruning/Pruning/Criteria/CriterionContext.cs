using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>What a criterion has to go by, and the passes over the calibration images that it asks for.</summary>
/// <param name="dense">The dense network; not to be changed.</param>
/// <param name="calibration">The images.</param>
/// <param name="layers">Its prunable layers in forward order.</param>
/// <param name="seed">Seeds all that is drawn.</param>
/// <param name="onBatch">Called after each batch of a pass; it may throw to cancel.</param>
/// <param name="onStrip">To be called once per row strip, from any thread but one at a time; it may throw to cancel.</param>
internal sealed class CriterionContext(
    NetworkWeights dense, CalibrationSet calibration, IReadOnlyList<PrunableLayer> layers, long seed, Action onBatch, Action onStrip)
{
    private TokenEnergies[]? _energies;
    private IReadOnlyList<IReadOnlyList<float[]>>? _recalled;

    public NetworkWeights Dense => dense;

    public CalibrationSet Calibration => calibration;

    public IReadOnlyList<PrunableLayer> Layers => layers;

    public long Seed => seed;

    public Action OnBatch => onBatch;

    public Action OnStrip => onStrip;

    /// <summary>Per layer and row group, [images · tokens]: the token weights of the refit, by the likelihood's gradients.</summary>
    /// <exception cref="InvalidOperationException">No pass has run.</exception>
    public IReadOnlyList<IReadOnlyList<float[]>> TokenWeights =>
        _recalled ?? (_energies is { } energies
            ? [.. energies.Select(layer => layer.ToWeights())]
            : throw new InvalidOperationException("The criterion asked for no pass; a criterion has to call Calibrate at least once."));

    /// <summary>Passes that it takes to calibrate with this loss where that comes first.</summary>
    public static int PassesOf(ICalibrationLoss? loss) => loss is { GivesTokenWeights: false } ? 2 : 1;

    /// <summary>
    /// One pass over the images. The first one gathers the token weights on the way; if its loss is another, a pass of the likelihood
    /// goes ahead for them, so that every criterion leaves the refit the same weights.
    /// </summary>
    /// <param name="observers">Per layer, those that look at it.</param>
    /// <param name="loss">null: the likelihood of the calibration's labels, sampled where it has none.</param>
    public void Calibrate(IReadOnlyList<IReadOnlyList<ILayerObserver>> observers, ICalibrationLoss? loss = null)
    {
        if (_energies is null)
        {
            _energies = [.. layers.Select(layer => new TokenEnergies(layer, calibration.Count))];
            if (loss is { GivesTokenWeights: false })
            {
                Run([.. _energies.Select(layer => new ILayerObserver[] { layer })], null);
            }
            else
            {
                observers = [.. observers.Zip(_energies, (given, layer) => (IReadOnlyList<ILayerObserver>)[.. given, layer])];
            }
        }

        Run(observers, loss);
    }

    /// <summary>Takes token weights from an earlier run on the same network, images and seed, in place of a pass.</summary>
    /// <param name="tokenWeights">As <see cref="TokenWeights"/> were then.</param>
    public void Recall(IReadOnlyList<IReadOnlyList<float[]>> tokenWeights) => _recalled = tokenWeights;

    /// <summary>A pass for the token weights alone, of a criterion with no use for the images.</summary>
    public void Calibrate() => Calibrate([.. layers.Select(_ => Array.Empty<ILayerObserver>())]);

    private void Run(IReadOnlyList<IReadOnlyList<ILayerObserver>> observers, ICalibrationLoss? loss) =>
        new CalibrationPass(dense, calibration, seed, loss).Run(observers, onBatch);
}
