using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Training;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>The criterion behind each method; LPViT's public code is none, because it decides on layers first.</summary>
internal static class AblationCriteria
{
    public static IBlockCriterion Of(AblationMethod method) => method switch
    {
        AblationMethod.Default or AblationMethod.DefaultPlainRefit or AblationMethod.ObsPathUniform => new ObsPathCriterion(),
        AblationMethod.MagnitudeUniformFeedback or AblationMethod.MagnitudeUniformRefit or AblationMethod.MagnitudeFeedback =>
            new MagnitudeCriterion(),
        AblationMethod.ActivationMagnitudeFeedback => new ActivationMagnitudeCriterion(),
        AblationMethod.TaylorFeedback => new TaylorCriterion(new SquaredLogitLoss()),
        AblationMethod.DiagonalFisherFeedback => new DiagonalFisherCriterion(),
        AblationMethod.BlockFisherFeedback => new BlockFisherCriterion(),
        AblationMethod.ReconstructionFeedback => new ReconstructionCriterion(),
        AblationMethod.KfacObsFeedback => new KfacObsCriterion(),
        AblationMethod.HutchinsonFeedback => new HutchinsonCriterion(),
        AblationMethod.MfacFeedback => new MfacCriterion(),
        AblationMethod.LpvitPaperFeedback => new LpvitPaperCriterion(),
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "This method has no criterion."),
    };

    public static bool IsUniform(AblationMethod method) => method
        is AblationMethod.ObsPathUniform or AblationMethod.MagnitudeUniformFeedback or AblationMethod.MagnitudeUniformRefit;
}
