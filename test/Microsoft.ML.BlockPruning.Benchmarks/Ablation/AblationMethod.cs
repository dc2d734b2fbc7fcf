namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>What chooses the blocks, over the whole network or the same share of each layer, and what is fitted afterwards.</summary>
internal enum AblationMethod
{
    /// <summary>What <c>PruneBlocks</c> does: OBS path, global allocation with dead units, refit with residual feedback.</summary>
    Default,

    /// <summary>The default's choice, each layer refitted on its own.</summary>
    DefaultPlainRefit,

    /// <summary>The default's choice inside a layer, the same share of each layer, refit with residual feedback.</summary>
    ObsPathUniform,

    /// <summary>Least squared weights, the same share of each layer, refit with residual feedback.</summary>
    MagnitudeUniformFeedback,

    /// <summary>Least squared weights, the same share of each layer, each layer refitted on its own.</summary>
    MagnitudeUniformRefit,

    /// <summary>LPViT as its public code computes it: no refit.</summary>
    LpvitReference,

    /// <summary>LPViT's choice, refit with residual feedback.</summary>
    LpvitReferenceFeedback,
}
