using Microsoft.ML.BlockPruning.Pruning.Criteria;

namespace Microsoft.ML.BlockPruning.Pruning.GateGradients;

/// <summary>What the loss rises by when one gate closes and all others of the network move to make up for it.</summary>
/// <remarks>
/// Optimal brain surgeon on gates (Hassibi and Stork, 1993) with the Fisher of <see cref="MfacInverse"/>, gate k going from one to zero:
/// <code>
/// saliency_k = ½ / [F⁻¹]_kk,    δ = −F⁻¹ e_k / [F⁻¹]_kk      (δ_k = −1)
/// </code>
/// Block j becomes (1 + δ_j) W_j. Blocks that can stand in for each other, in whatever layers, are cheap one by one, and so it is right
/// for one block only: recompute after removing a few. Cost: that of the inverse's diagonal or column.
/// </remarks>
internal static class MfacSaliency
{
    /// <summary>Rates all blocks.</summary>
    /// <returns>One entry per layer; at least half the damping, at most ½ (F_kk + damping).</returns>
    public static IReadOnlyList<LayerImportances> Rate(MfacInverse inverse)
    {
        ArgumentNullException.ThrowIfNull(inverse);
        return [.. inverse.Layers.Zip(inverse.Diagonal(), RateLayer)];
    }

    private static LayerImportances RateLayer(LayerGateGradients layer, double[] diagonal)
    {
        var importances = new LayerImportances(layer.LayerName, layer.Blocks);
        for (int block = 0; block < diagonal.Length; block++)
        {
            importances[block / layer.Blocks.BlockColumns, block % layer.Blocks.BlockColumns] = 1 / (2 * diagonal[block]);
        }

        return importances;
    }
}
