using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>
/// ½ E_n s[n, k]², s[n, k] = ⟨G_n[B], W_B⟩, that is ½ W_Bᵀ F_B W_B with the block's whole Fisher matrix: the mask-space Fisher (Kwon et
/// al., NeurIPS 2022).
/// </summary>
/// <param name="loss">
/// Its Fisher matrix; null: the likelihood's, whose ½ Δᵀ F Δ is KL(dense ‖ pruned) to second order where labels are sampled;
/// <see cref="ProjectionLoss"/>: the squared distortion of the logits.
/// </param>
/// <remarks>
/// Cost: one forward pass of the layer (<see cref="GateObserver"/>); memory 16 bytes per block. Blocks that no gradient tells apart are
/// ordered by + κ ½‖W_B‖², κ = 0.001 · Σ ½ E s² / Σ ½‖W‖² over the network.
/// </remarks>
internal sealed class BlockFisherCriterion(ICalibrationLoss? loss = null) : LayerCriterion<GateMoments>(loss)
{
    private const double TieBreak = 1e-3;

    protected override GateMoments Observe(PrunableLayer layer, CalibrationSet calibration) => new(layer);

    protected override LayerImportances Rate(PrunableLayer layer, GateMoments observed, Action onStrip)
    {
        using var scope = NewDisposeScope();
        return BlockSums.ToImportances(layer, observed.MeanSquare().Times(0.5), onStrip);
    }

    protected override IReadOnlyList<LayerImportances> RateAll(CriterionContext context, IReadOnlyList<GateMoments> observed)
    {
        var importances = base.RateAll(context, observed);
        var magnitudes = context.Layers.Select(HalfSquares).ToList();
        double total = magnitudes.Sum(layer => layer.Sum());
        double kappa = total > 0 ? TieBreak * importances.Sum(Total) / total : 0;
        foreach (var (layer, magnitude) in importances.Zip(magnitudes))
        {
            for (int block = 0; block < magnitude.Length; block++)
            {
                layer[block / layer.Blocks.BlockColumns, block % layer.Blocks.BlockColumns] += kappa * magnitude[block];
            }
        }

        return importances;
    }

    private static double[] HalfSquares(PrunableLayer layer)
    {
        using var scope = NewDisposeScope();
        var weight = BlockSums.WeightOf(layer);
        return TorchDevice.Read<double>(BlockSums.Of(weight.mul(weight).Times(0.5), layer.Blocks));
    }

    private static double Total(LayerImportances layer) =>
        Enumerable.Range(0, layer.Blocks.TotalBlocks).Sum(k => layer[k / layer.Blocks.BlockColumns, k % layer.Blocks.BlockColumns]);
}
