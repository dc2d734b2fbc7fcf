namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>What a sweep chooses from.</summary>
public enum SweepDimension
{
    /// <summary>The kept fraction.</summary>
    Keep,

    /// <summary>The weight tile.</summary>
    Block,

    /// <summary>What rates the blocks.</summary>
    Criterion,

    /// <summary>How kept weights make up for the others.</summary>
    Refit,

    /// <summary>Passes of fine-tuning.</summary>
    FineTuneEpochs,
}
