namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>How a trial ended.</summary>
public enum TrialStatus
{
    /// <summary>The network was pruned and judged.</summary>
    Completed,

    /// <summary>It threw; <see cref="TrialResult.Error"/> says what.</summary>
    Failed,

    /// <summary>It was not run, since it was going to be worse than another; <see cref="TrialResult.StopReason"/> says which.</summary>
    Stopped,
}
