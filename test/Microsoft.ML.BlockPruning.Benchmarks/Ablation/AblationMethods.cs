using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Runs;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>What is behind each method, in the library's own terms. What a criterion says of the dense network is remembered.</summary>
internal sealed class AblationMethods
{
    private readonly Dictionary<PruneCriterion, IBlockCriterion> _criteria = [];
    private readonly LpvitReferenceSelection _lpvit = new();

    public PruneMethod Of(AblationMethod method) => method switch
    {
        AblationMethod.Default => Of(PruneCriterion.ObsPath, refit: PruneRefit.Reconstruction),
        AblationMethod.DefaultFeedback => Of(PruneCriterion.ObsPath),
        AblationMethod.DefaultPlainRefit => Of(PruneCriterion.ObsPath, refit: PruneRefit.LayerByLayer),
        AblationMethod.ObsPathUniform => Of(PruneCriterion.ObsPath, PruneAllocation.Uniform),
        AblationMethod.MeasuredCurves => Of(PruneCriterion.ObsPath, PruneAllocation.MeasuredCurves),
        AblationMethod.InteractionAware => Of(PruneCriterion.ObsPath, PruneAllocation.InteractionAware),
        AblationMethod.TwoShots => Of(PruneCriterion.ObsPath, shots: 2),
        AblationMethod.FourShots => Of(PruneCriterion.ObsPath, shots: 4),
        AblationMethod.MagnitudeUniformFeedback => Of(PruneCriterion.Magnitude, PruneAllocation.Uniform),
        AblationMethod.MagnitudeUniformRefit => Of(PruneCriterion.Magnitude, PruneAllocation.Uniform, PruneRefit.LayerByLayer),
        AblationMethod.MagnitudeFeedback => Of(PruneCriterion.Magnitude),
        AblationMethod.ActivationMagnitudeFeedback => Of(PruneCriterion.ActivationMagnitude),
        AblationMethod.TaylorFeedback => Of(PruneCriterion.Taylor),
        AblationMethod.DiagonalFisherFeedback => Of(PruneCriterion.DiagonalFisher),
        AblationMethod.BlockFisherFeedback => Of(PruneCriterion.BlockFisher),
        AblationMethod.ReconstructionFeedback => Of(PruneCriterion.Reconstruction),
        AblationMethod.KfacObsFeedback => Of(PruneCriterion.KfacObs),
        AblationMethod.HutchinsonFeedback => Of(PruneCriterion.Hutchinson),
        AblationMethod.MfacFeedback => Of(PruneCriterion.Mfac),
        AblationMethod.LpvitPaperFeedback => Of(PruneCriterion.LpvitPaper),
        AblationMethod.LpvitReference => new PruneMethod { Selection = _lpvit, Refit = PruneMethods.RefitOf(PruneRefit.None) },
        AblationMethod.LpvitReferenceFeedback => new PruneMethod { Selection = _lpvit, Refit = PruneMethods.RefitOf(PruneRefit.Feedback) },
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "Not a method of this benchmark."),
    };

    private PruneMethod Of(
        PruneCriterion criterion, PruneAllocation allocation = PruneAllocation.Global, PruneRefit refit = PruneRefit.Feedback,
        int shots = 1)
    {
        if (!_criteria.TryGetValue(criterion, out var remembered))
        {
            remembered = new RememberedCriterion(PruneMethods.CriterionOf(criterion, CalibrationLabels.Sampled));
            _criteria.Add(criterion, remembered);
        }

        return new PruneMethod
        {
            Selection = PruneMethods.SelectionOf(allocation, remembered),
            Refit = PruneMethods.RefitOf(refit),
            Shots = shots,
        };
    }
}
