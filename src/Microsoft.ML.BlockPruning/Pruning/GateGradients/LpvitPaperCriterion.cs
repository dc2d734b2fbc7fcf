using Microsoft.ML.BlockPruning.Pruning.Gates;
using Microsoft.ML.BlockPruning.Pruning.Lpvit;
using Microsoft.ML.BlockPruning.Training;
using Microsoft.ML.BlockPruning.Training.Observers;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>LPViT (ECCV 2024) as the paper means it: <see cref="LpvitPaper"/> on the output distortion, one draw of v per image.</summary>
/// <remarks>Cost: one forward pass of each layer and a pass for the token weights; memory 4 · images · blocks bytes.</remarks>
internal sealed class LpvitPaperCriterion() : GateCriterion(new ProjectionLoss())
{
    protected override LayerImportances Rate(PrunableLayer layer, GateGradients observed, Action onStrip)
    {
        var importances = LpvitPaper.Rate(GatesOf(layer, observed));
        Report(layer, onStrip);
        return importances;
    }
}
