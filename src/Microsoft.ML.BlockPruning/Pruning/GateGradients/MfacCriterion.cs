using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using Microsoft.ML.BlockPruning.Pruning.Criteria;

namespace Microsoft.ML.BlockPruning.Pruning.GateGradients;

/// <summary>½ / [F⁻¹]_kk: the loss that removing block k leaves once the scales of all other blocks have adapted.</summary>
/// <remarks>
/// F = E s sᵀ + λ I over the gates of the whole network, λ = 0.01 of the mean diagonal: M-FAC (Frantar et al., NeurIPS 2021) in block
/// space, see <see cref="MfacInverse"/>. Cost: one forward pass of each layer, then images² multiply-adds per block; memory
/// 4 · images · blocks + 8 · images² bytes.
/// </remarks>
internal sealed class MfacCriterion : GateCriterion
{
    private const double Damping = 0.01;

    protected override IReadOnlyList<LayerImportances> RateAll(CriterionContext context, IReadOnlyList<ImageGateGradients> observed)
    {
        LayerGateGradients[] gates = [.. context.Layers.Zip(observed, GatesOf)];
        var importances = MfacSaliency.Rate(new MfacInverse(gates, MfacInverse.DampingOf(gates, Damping)));
        foreach (var layer in context.Layers)
        {
            Report(layer, context.OnStrip);
        }

        return importances;
    }

    protected override LayerImportances Rate(PrunableLayer layer, ImageGateGradients observed, Action onStrip) =>
        throw new NotSupportedException("M-FAC sees all layers together.");
}
