namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>How long one stage took.</summary>
public sealed class StageReport
{
    /// <summary>Name of the stage, such as <c>Calibrating</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Wall time in seconds.</summary>
    public required double Seconds { get; init; }
}
