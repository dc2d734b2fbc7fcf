namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>
/// What chooses the blocks and what is fitted afterwards. <c>Feedback</c>: the default's allocation, refit with residual feedback but no
/// reconstruction, so that only the criterion differs; <c>Uniform</c>: the same share of each layer, in the network's own basis;
/// <c>PlainRefit</c>, <c>UniformRefit</c>: each layer fitted on its own. One shot where no other number is said.
/// </summary>
internal enum AblationMethod
{
    /// <summary>What <c>PruneBlocks</c> does: OBS path, global allocation, refit with feedback and reconstruction.</summary>
    Default,

    /// <summary>Without reconstruction: least squares with residual feedback, as all the criteria below.</summary>
    DefaultFeedback,
    DefaultPlainRefit,
    ObsPathUniform,

    /// <summary>The default in the basis that the network came in.</summary>
    OriginalBasis,

    /// <summary><see cref="DefaultFeedback"/> in the basis that the network came in.</summary>
    OriginalBasisFeedback,

    /// <summary><see cref="DefaultFeedback"/> with balanced heads alone.</summary>
    HeadsFeedback,

    /// <summary><see cref="DefaultFeedback"/> with the residual stream turned alone.</summary>
    StreamFeedback,

    /// <summary><see cref="DefaultFeedback"/> with hidden units in strips alone.</summary>
    UnitsFeedback,

    /// <summary><see cref="DefaultFeedback"/> with heads and units, the stream as it came.</summary>
    UnitsAndHeadsFeedback,

    /// <summary>The default with every layer's importances put right by measured divergences; refit with feedback.</summary>
    MeasuredCurves,

    /// <summary>Blocks chosen by what their removal does together; refit with feedback.</summary>
    InteractionAware,

    /// <summary><see cref="DefaultFeedback"/> in two shots.</summary>
    TwoShots,

    /// <summary><see cref="DefaultFeedback"/> in four shots.</summary>
    FourShots,

    /// <summary>Least squared weights, the same share of each layer, refit with residual feedback.</summary>
    MagnitudeUniformFeedback,

    /// <summary>Least squared weights, the same share of each layer, each layer refitted on its own.</summary>
    MagnitudeUniformRefit,
    MagnitudeFeedback,
    ActivationMagnitudeFeedback,

    /// <summary>With LPViT's loss, which needs no labels.</summary>
    TaylorFeedback,
    DiagonalFisherFeedback,
    BlockFisherFeedback,
    ReconstructionFeedback,
    KfacObsFeedback,
    HutchinsonFeedback,
    MfacFeedback,

    /// <summary>LPViT as the paper means it.</summary>
    LpvitPaperFeedback,

    /// <summary>LPViT as its public code computes it: no refit.</summary>
    LpvitReference,

    /// <summary>The public code's choice, refit with residual feedback.</summary>
    LpvitReferenceFeedback,

    /// <summary>Whole hidden units and dimensions of q and k, with ridge compensation: no blocks.</summary>
    Corp,

    /// <summary>SparseGPT's 2:4, at the one share that it keeps: no blocks.</summary>
    SparseGpt,
}
