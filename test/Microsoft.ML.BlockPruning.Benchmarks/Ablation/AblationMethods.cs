using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Bases;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Runs;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>What is behind each method, in the library's own terms. What a criterion says of the dense network is remembered.</summary>
internal sealed class AblationMethods
{
    private readonly Dictionary<(PruneCriterion Criterion, BasisKind Basis), IBlockCriterion> _criteria = [];
    private readonly Dictionary<BasisKind, INetworkBasis> _bases = [];
    private readonly LpvitReferenceSelection _lpvit = new();

    public PruneMethod Of(AblationMethod method) => method switch
    {
        AblationMethod.Default => Of(PruneCriterion.ObsPath, refit: PruneRefit.Reconstruction),
        AblationMethod.DefaultFeedback => Of(PruneCriterion.ObsPath),
        AblationMethod.DefaultPlainRefit => Of(PruneCriterion.ObsPath, refit: PruneRefit.LayerByLayer),
        AblationMethod.ObsPathUniform => Of(PruneCriterion.ObsPath, PruneAllocation.Uniform),
        AblationMethod.OriginalBasis => Of(PruneCriterion.ObsPath, refit: PruneRefit.Reconstruction, basis: BasisKind.Original),
        AblationMethod.OriginalBasisFeedback => Of(PruneCriterion.ObsPath, basis: BasisKind.Original),
        AblationMethod.HeadsFeedback => Of(PruneCriterion.ObsPath, basis: BasisKind.Heads),
        AblationMethod.StreamFeedback => Of(PruneCriterion.ObsPath, basis: BasisKind.Stream),
        AblationMethod.UnitsFeedback => Of(PruneCriterion.ObsPath, basis: BasisKind.Units),
        AblationMethod.UnitsAndHeadsFeedback => Of(PruneCriterion.ObsPath, basis: BasisKind.UnitsAndHeads),
        AblationMethod.MeasuredCurves => Of(PruneCriterion.ObsPath, PruneAllocation.MeasuredCurves),
        AblationMethod.InteractionAware => Of(PruneCriterion.ObsPath, PruneAllocation.InteractionAware),
        AblationMethod.TwoShots => Of(PruneCriterion.ObsPath, shots: 2),
        AblationMethod.FourShots => Of(PruneCriterion.ObsPath, shots: 4),
        AblationMethod.MagnitudeUniformFeedback => Of(PruneCriterion.Magnitude, PruneAllocation.Uniform, basis: BasisKind.Original),
        AblationMethod.MagnitudeUniformRefit => Of(
            PruneCriterion.Magnitude, PruneAllocation.Uniform, PruneRefit.LayerByLayer, basis: BasisKind.Original),
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
        int shots = 1, BasisKind basis = BasisKind.Full)
    {
        if (!_criteria.TryGetValue((criterion, basis), out var remembered))
        {
            remembered = new RememberedCriterion(PruneMethods.CriterionOf(criterion, CalibrationLabels.Sampled));
            _criteria.Add((criterion, basis), remembered);
        }

        return new PruneMethod
        {
            Basis = BasisOf(basis),
            Selection = PruneMethods.SelectionOf(allocation, remembered),
            Refit = PruneMethods.RefitOf(refit),
            Shots = shots,
        };
    }

    private INetworkBasis BasisOf(BasisKind kind)
    {
        if (!_bases.TryGetValue(kind, out var remembered))
        {
            remembered = new RememberedBasis(kind switch
            {
                BasisKind.Full => PruneMethods.BasisOf(PruneBasis.Full),
                BasisKind.UnitsAndHeads => PruneMethods.BasisOf(PruneBasis.UnitsAndHeads),
                BasisKind.Units => new ChangedBasis([new HiddenUnits()]),
                BasisKind.Heads => new ChangedBasis([new AttentionHeads()]),
                BasisKind.Stream => new ChangedBasis([new StreamRotation()]),
                _ => new OriginalBasis(),
            });
            _bases.Add(kind, remembered);
        }

        return remembered;
    }

    private enum BasisKind
    {
        Full,
        UnitsAndHeads,
        Units,
        Heads,
        Stream,
        Original,
    }
}
