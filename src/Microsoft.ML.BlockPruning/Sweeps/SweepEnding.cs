namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>Why a sweep ended.</summary>
public enum SweepEnding
{
    /// <summary>There was no trial left to try.</summary>
    Completed,

    /// <summary>As many trials as were allowed are finished.</summary>
    TrialLimit,

    /// <summary>The time was up; a trial that was running is dropped.</summary>
    TimeLimit,

    /// <summary>The caller cancelled; a trial that was running is dropped.</summary>
    Cancelled,
}
