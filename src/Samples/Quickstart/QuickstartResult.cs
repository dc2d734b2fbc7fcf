using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Quickstart;

/// <summary>All that a run found out.</summary>
internal sealed record QuickstartResult
{
    public required ModelFigures Dense { get; init; }

    public required ModelFigures Pruned { get; init; }

    public required IReadOnlyList<LayerSummary> Layers { get; init; }

    /// <summary>What the library says of the pruning.</summary>
    public required PruneReport Report { get; init; }

    /// <summary>Whether another process, loading the saved model, got the same scores in every bit.</summary>
    public required bool ReloadIdentical { get; init; }

    public required long PeakMemoryBytes { get; init; }

    /// <summary>Wall time of calibration and pruning together.</summary>
    public required double CalibrationSeconds { get; init; }
}
