namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>How <see cref="InteractionAwareSelection"/> goes about it.</summary>
internal sealed record InteractionOptions
{
    /// <summary>Rounds in which the cost to remove is removed in equal parts; at least 1.</summary>
    public int Rounds { get; init; } = 64;

    /// <summary>Most rounds of swapping a kept block for a removed one; they end when none helps.</summary>
    public int SwapRounds { get; init; } = 5;

    /// <summary>Ridge κ as a fraction of the mean of F_kk: what each removed block costs on top; at least 0.</summary>
    public double Ridge { get; init; } = 1e-3;

    /// <summary>Every how many images one is held out of the choice; at least 2.</summary>
    public int HeldOutEvery { get; init; } = 4;

    /// <summary>Rounds of either kind, which is how often progress is reported.</summary>
    public int TotalRounds => Rounds + SwapRounds;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is broken; the exception names it.</exception>
    public void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Rounds, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(SwapRounds);
        ArgumentOutOfRangeException.ThrowIfLessThan(HeldOutEvery, 2);
        if (!(Ridge >= 0 && double.IsFinite(Ridge)))
        {
            throw new ArgumentOutOfRangeException(nameof(Ridge), Ridge, $"{nameof(Ridge)} must be zero or more.");
        }
    }
}
