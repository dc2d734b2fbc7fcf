namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>When a sweep has to end, and what it looks for.</summary>
internal sealed record SweepLimits
{
    /// <summary>Most trials, those that a journal brings along included; null: no limit.</summary>
    public int? Trials { get; init; }

    /// <summary>Most wall time of this run; null: no limit.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>Networks that are kept, of the best trials; others are pruned again when they are asked for.</summary>
    public int Models { get; init; } = 1;

    /// <summary>Fraction of the validation images, in [0, 1], that the recommended trial may lose against the dense network.</summary>
    public double MaximumDrop { get; init; } = 0.01;

    /// <summary>How often a family that is no worse may be stopped early by chance, in (0, 1); null: no trial is stopped.</summary>
    public double? StopSignificance { get; init; }

    /// <summary>The refit with which the recommended trial is run once more at the end; null: none.</summary>
    public PruneRefit? FinalRefit { get; init; }
}
