namespace Microsoft.ML.BlockPruning.Sweeps.Running;

/// <summary>What a <see cref="SparsitySweep"/> is told besides the options and the data.</summary>
internal sealed record SweepSetup
{
    public SparsitySearchSpace Space { get; init; } = new();

    public SparsityTuner Tuner { get; init; } = SparsityTuner.Grid();

    public SweepLimits Limits { get; init; } = new();

    /// <summary>Folds of the calibration data that trials are judged on; null: there is a validation set.</summary>
    public int? Folds { get; init; }

    public SweepExecutor Executor { get; init; }

    /// <summary>Bytes of resident memory of the process that runs trials; null: no limit.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Null: no journal.</summary>
    public string? JournalPath { get; init; }

    public ResumeMode ResumeMode { get; init; }
}
