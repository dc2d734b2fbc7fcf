namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>What a pruning would ask of the network and of the machine: told without pruning.</summary>
public sealed class PruneForecast
{
    /// <summary>Multiply-adds of one image in the dense network.</summary>
    public required long DenseMultiplyAdds { get; init; }

    /// <summary>Bytes of the dense network's weights in float32.</summary>
    public required long DenseWeightBytes { get; init; }

    /// <summary>The budgets, in the order in which they were given.</summary>
    public required IReadOnlyList<BudgetForecast> Budgets { get; init; }

    /// <summary>Why the budgets cannot be met, and the nearest that can; null where each of them can be.</summary>
    public required string? Unmet { get; init; }

    /// <summary>The images that the figures below are for.</summary>
    public required int Images { get; init; }

    /// <summary>
    /// Seconds that <c>Fit</c> takes on this machine, an estimate from a timed sample; null where a budget cannot be met.
    /// </summary>
    public required double? Seconds { get; init; }

    /// <summary>Bytes that the process holds at most with the default method, an estimate.</summary>
    public required long PeakMemoryBytes { get; init; }
}
