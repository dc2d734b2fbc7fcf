namespace Microsoft.ML.BlockPruning.Benchmarks.Lpvit;

/// <summary>The switches of LPViT's pruning script, under names that say what they do.</summary>
internal sealed record LpvitOptions
{
    /// <summary>Weight of the past in the moving average over the curve, in [0, 1) (<c>--smooth</c>); 0 leaves the curve.</summary>
    public double Smoothing { get; init; } = 0.5;

    /// <summary>Grid points to either side that the numeric derivative reaches (<c>--h</c>); at least 1.</summary>
    public int Step { get; init; } = 4;

    /// <summary>Fraction of every layer that stays (<c>--min_sp</c>), in [0, 1]; half the target where that is less.</summary>
    public double MinimumKept { get; init; } = 0.05;

    /// <summary>Whether the curve has its second-order term (<c>--second_order</c>, set in every published script).</summary>
    public bool SecondOrder { get; init; } = true;

    /// <summary>Whether the power term is added (<c>--lambda_power</c> above zero).</summary>
    public bool UsePower { get; init; }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is broken; the message names it.</exception>
    public void Check()
    {
        if (!(Smoothing is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Smoothing), Smoothing, $"{nameof(Smoothing)} must be in [0, 1).");
        }

        if (!(MinimumKept is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(MinimumKept), MinimumKept, $"{nameof(MinimumKept)} must be in [0, 1].");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(Step, 1);
    }
}
