using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>A line that a child process writes: one of ready, a step, a result or an error.</summary>
internal sealed record ChildReply
{
    /// <summary>Once, at the start: fraction of the validation images, in [0, 1], whose class the dense network finds.</summary>
    public double? DenseTop1 { get; init; }

    public ChildStep? Step { get; init; }

    /// <summary>A completed trial.</summary>
    public TrialResult? Result { get; init; }

    /// <summary>With a result: the file of its network, which the reader deletes.</summary>
    public string? NetworkPath { get; init; }

    /// <summary>With a network: what its pruning found and measured, as <see cref="PruneReport.ToJson"/> writes it.</summary>
    public string? Report { get; init; }

    /// <summary>What the trial, or before the first one the start, failed of.</summary>
    public string? Error { get; init; }

    /// <exception cref="System.Text.Json.JsonException">A figure is out of its range.</exception>
    public void Check()
    {
        if (DenseTop1 is { } top1)
        {
            SweepFigures.CheckFraction("denseTop1", top1);
        }

        if (Result is { } result)
        {
            SweepFigures.Check(result);
        }
    }
}
