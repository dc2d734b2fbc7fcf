using Microsoft.ML.BlockPruning.Pruning.Allocation;

namespace Microsoft.ML.BlockPruning.Pruning;

/// <summary>The budgets of each shot: kept fractions fall geometrically from one to the target.</summary>
/// <remarks>
/// Shot s of S keeps (limit / dense cost)^(s / S) of the dense cost, so each removes the same share of what the one before it left; the
/// last one has the budgets as they were given.
/// </remarks>
internal sealed class ShotSchedule
{
    private readonly PruneSettings _settings;

    /// <summary>Creates a schedule.</summary>
    /// <param name="settings">The budgets to end with.</param>
    /// <param name="shots">Number of shots, at least 1.</param>
    public ShotSchedule(PruneSettings settings, int shots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shots, 1);
        _settings = settings;
        Shots = shots;
    }

    public int Shots { get; }

    /// <summary>The settings of a shot, from 1 to <see cref="Shots"/>.</summary>
    public PruneSettings this[int shot] => shot == Shots ? _settings : _settings with
    {
        Constraints =
        [
            .. _settings.Constraints.Select(budget => budget with { Limit = LimitOf(budget.Limit, budget.DenseCost, shot) }),
        ],
        Latency = _settings.Latency is { } latency
            ? latency with { Limit = LimitOf(latency.Limit, latency.Table.DenseMilliseconds, shot) }
            : null,
    };

    private double LimitOf(double limit, double dense, int shot) => dense * Math.Pow(limit / dense, (double)shot / Shots);
}
