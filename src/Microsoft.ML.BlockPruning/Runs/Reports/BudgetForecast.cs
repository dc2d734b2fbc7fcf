namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>What one budget asks of a network, and what could be asked at most.</summary>
public sealed class BudgetForecast
{
    /// <summary>What is counted, such as <c>multiply-adds</c>, <c>bytes</c> or <c>latency at batch 1</c>.</summary>
    public required string Unit { get; init; }

    /// <summary>Fraction of the dense network's that is to be kept, in (0, 1].</summary>
    public required double Keep { get; init; }

    /// <summary>
    /// Fraction that is left where every block goes that may go: what is fixed, the layers that are kept dense and the layers' floors.
    /// </summary>
    public required double LeastKeep { get; init; }

    /// <summary>The dense network's, in what is counted; milliseconds of a batch for a latency.</summary>
    public required double Dense { get; init; }

    /// <summary>What is to be kept at most, as <see cref="Dense"/> counts it.</summary>
    public required double Limit { get; init; }

    /// <summary>Whether so little can be kept.</summary>
    public bool CanBeMet => LeastKeep * Dense <= Limit;
}
