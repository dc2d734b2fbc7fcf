using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>What a refit has to go by.</summary>
/// <param name="Dense">The dense network, whose outputs are the target; not changed.</param>
/// <param name="Calibration">The images to fit on.</param>
/// <param name="Layers">The dense network's prunable layers in forward order.</param>
/// <param name="TokenWeights">Per layer and row group, [images · tokens].</param>
/// <param name="Plan">The kept blocks; a layer without a mask keeps all of them.</param>
/// <param name="Seed">Seeds all that is drawn.</param>
internal sealed record RefitTask(
    NetworkWeights Dense, CalibrationSet Calibration, IReadOnlyList<PrunableLayer> Layers,
    IReadOnlyList<IReadOnlyList<float[]>> TokenWeights, SparsityPlan Plan, long Seed)
{
    /// <summary>Layers that an earlier run has fitted to this task; nothing is kept unless given.</summary>
    public IFittedLayers Fitted { get; init; } = new NothingFitted();

    /// <summary>The mask of a layer.</summary>
    public BlockMask MaskOf(PrunableLayer layer) => Plan[layer.Name] ?? layer.Blocks;

    /// <summary>The masks of one layer of the network, those of its linear layers that have one.</summary>
    public SparsityPlan MasksOf(LayerSpec layer)
    {
        var masks = new SparsityPlan();
        foreach (var linear in layer.Linears)
        {
            if (Plan[linear.Name] is { } mask)
            {
                masks.Add(linear.Name, mask);
            }
        }

        return masks;
    }
}
