namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>How much of the differences between trials goes by one dimension alone: shares of a variance, in [0, 1].</summary>
public sealed class DimensionImportance
{
    internal DimensionImportance()
    {
    }

    /// <summary>What was varied.</summary>
    public required SweepDimension Dimension { get; init; }

    /// <summary>Share of the variance of top-1.</summary>
    public required double Top1 { get; init; }

    /// <summary>Share of the variance of KL.</summary>
    public required double Kl { get; init; }

    /// <summary>Share of the variance of top-1 that is left at equal kept fractions; null of the kept fraction itself.</summary>
    public required double? Top1AtEqualKeep { get; init; }

    /// <summary>Share of the variance of KL that is left at equal kept fractions; null of the kept fraction itself.</summary>
    public required double? KlAtEqualKeep { get; init; }
}
