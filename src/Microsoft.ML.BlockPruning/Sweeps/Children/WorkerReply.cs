using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>A line that a worker writes: one of ready, a step, a result or an error.</summary>
internal sealed record WorkerReply
{
    /// <summary>Once, at the start: fraction of the validation images, in [0, 1], whose class the dense network finds.</summary>
    public double? DenseTop1 { get; init; }

    public WorkerStep? Step { get; init; }

    /// <summary>A completed trial.</summary>
    public TrialResult? Result { get; init; }

    /// <summary>With a result: the file of its network, which the reader deletes.</summary>
    public string? NetworkPath { get; init; }

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
