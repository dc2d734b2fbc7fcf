using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using Microsoft.ML.BlockPruning.Pruning.Criteria;

namespace Microsoft.ML.BlockPruning.Pruning.GateGradients;

/// <summary>LPViT (ECCV 2024) as the paper means it: <see cref="LpvitPaper"/> on the output distortion, one draw of v per image.</summary>
/// <remarks>Cost: one forward pass of each layer and a pass for the token weights; memory 4 · images · blocks bytes.</remarks>
internal sealed class LpvitPaperCriterion() : GateCriterion(new ProjectionLoss())
{
    protected override LayerImportances Rate(PrunableLayer layer, ImageGateGradients observed, Action onStrip)
    {
        var importances = LpvitPaper.Rate(GatesOf(layer, observed));
        Report(layer, onStrip);
        return importances;
    }
}
