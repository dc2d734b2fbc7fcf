using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Sweeps.Tuners;

namespace Microsoft.ML.BlockPruning.Sweeps.Running;

/// <summary>What a sweep is told besides the request and the data.</summary>
internal sealed record SweepSetup
{
    public required SweepSpace Space { get; init; }

    public required ITuner Tuner { get; init; }

    public SweepLimits Limits { get; init; } = new();

    /// <summary>Folds of the calibration data that trials are judged on; null: there is a validation set.</summary>
    public int? Folds { get; init; }

    /// <summary>Makes what runs trials elsewhere, of a subject and what all trials share; null: they run in this process.</summary>
    public Func<SweepSubject, PruneRequest, TrialTeam>? Elsewhere { get; init; }

    /// <summary>Child processes that run trials side by side; null: trials run one after the other.</summary>
    public int? Workers { get; init; }

    /// <summary>Bytes of resident memory of this process, where trials run in it; null: no limit.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Null: no journal.</summary>
    public string? JournalPath { get; init; }

    public ResumeMode ResumeMode { get; init; }
}
