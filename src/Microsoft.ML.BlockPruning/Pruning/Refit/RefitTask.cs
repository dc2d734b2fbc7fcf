using System.Globalization;
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
    NetworkWeights Dense, CalibrationSet Calibration, IReadOnlyList<PrunableLayer> Layers, IReadOnlyList<IReadOnlyList<float[]>> TokenWeights,
    SparsityPlan Plan, long Seed)
{
    /// <summary>The mask of a layer.</summary>
    public BlockMask MaskOf(PrunableLayer layer) => Plan[layer.Name] ?? layer.Blocks;

    /// <summary>The masks of one encoder layer, by names within it, such as <c>attn.qkv</c>.</summary>
    public SparsityPlan MasksWithin(int encoderLayer)
    {
        string prefix = string.Create(CultureInfo.InvariantCulture, $"blocks.{encoderLayer}.");
        var masks = new SparsityPlan();
        foreach (var (name, mask) in Plan.Masks.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            masks.Add(name[prefix.Length..], mask);
        }

        return masks;
    }
}
