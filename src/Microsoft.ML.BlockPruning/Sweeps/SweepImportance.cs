namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>Which of the choices that a sweep varied matter: the first-order terms of a functional ANOVA over its trials.</summary>
/// <remarks>
/// Hutter, Hoos and Leyton-Brown, "An efficient approach for assessing hyperparameter importance", ICML 2014, equations 6 to 8. They fit
/// a forest to get at marginal means; a grid has them:
/// <code>
/// V = mean over trials of (y − ȳ)²;   V_d = mean over trials of (ȳ_d(value of the trial in d) − ȳ)²;   share of d = V_d / V
/// </code>
/// with ȳ_d(v) the mean of the trials that have v in d. On a full grid the shares of all dimensions and of what they do together add up
/// to 1, and V − V_keep is the mean variance at equal kept fractions. On a part of one, dimensions that were varied together share what
/// they explain, and shares may add up to more.
/// </remarks>
public sealed class SweepImportance
{
    // On fewer a mean is the trial's own figure, and its dimension would explain whatever there is.
    private const int LeastTrialsAValue = 2;

    private static readonly (SweepDimension Dimension, Func<TrialResult, object> Of)[] All =
    [
        (SweepDimension.Keep, trial => trial.Keep),
        (SweepDimension.Block, trial => trial.Block),
        (SweepDimension.Criterion, trial => trial.Criterion),
        (SweepDimension.Refit, trial => trial.Refit),
        (SweepDimension.FineTuneEpochs, trial => trial.FineTuneEpochs),
    ];

    private SweepImportance()
    {
    }

    /// <summary>The dimensions that were varied, in the order of <see cref="SweepDimension"/>.</summary>
    public required IReadOnlyList<DimensionImportance> Dimensions { get; init; }

    /// <summary>Trials that it goes by: completed ones on all calibration images.</summary>
    public required int Trials { get; init; }

    /// <summary>Whether every combination of the values is among them, so that shares are exact and add up.</summary>
    public required bool IsFullGrid { get; init; }

    /// <summary>Share of the variance of top-1 that no dimension has alone, but several together; null but on a full grid.</summary>
    public double? Top1Together => IsFullGrid ? Together(Dimensions.Sum(one => one.Top1)) : null;

    /// <summary>Share of the variance of KL that no dimension has alone, but several together; null but on a full grid.</summary>
    public double? KlTogether => IsFullGrid ? Together(Dimensions.Sum(one => one.Kl)) : null;

    /// <summary>Of trials.</summary>
    /// <returns>Null where fewer than two dimensions were varied, or one has fewer than two trials a value.</returns>
    internal static SweepImportance? Of(IEnumerable<TrialResult> results)
    {
        TrialResult[] trials = [.. results.Where(result => result.IsOnAllImages)];
        var varied = All.Select(one => (one.Dimension, one.Of, Values: trials.Select(one.Of).Distinct().Count()))
            .Where(one => one.Values > 1).ToList();
        if (varied.Count < 2 || varied.Any(one => trials.Length < LeastTrialsAValue * one.Values))
        {
            return null;
        }

        var (top1, kl) = (new Variance(trials, trial => trial.Top1!.Value), new Variance(trials, trial => trial.Kl!.Value));
        return new SweepImportance
        {
            Trials = trials.Length,
            IsFullGrid = trials.Length == varied.Aggregate(1L, (product, one) => product * one.Values),
            Dimensions =
            [
                .. varied.Select(one => new DimensionImportance
                {
                    Dimension = one.Dimension,
                    Top1 = top1.ShareOf(one.Of),
                    Kl = kl.ShareOf(one.Of),
                    Top1AtEqualKeep = one.Dimension == SweepDimension.Keep ? null : top1.ShareAtEqualKeep(one.Of),
                    KlAtEqualKeep = one.Dimension == SweepDimension.Keep ? null : kl.ShareAtEqualKeep(one.Of),
                }),
            ],
        };
    }

    // 1 less a sum that rounding may have taken past it; where nothing varies no share is anybody's.
    private static double Together(double alone) => alone > 0 ? Math.Max(0, 1 - alone) : 0;

    private sealed class Variance(TrialResult[] trials, Func<TrialResult, double> figure)
    {
        private readonly double _mean = trials.Average(figure);

        public double ShareOf(Func<TrialResult, object> dimension) => Share(By(dimension), Total);

        // By the law of total variance: what the kept fraction leaves is the variance within equal ones.
        public double ShareAtEqualKeep(Func<TrialResult, object> dimension) =>
            Share(By(dimension), Total - By(trial => trial.Keep));

        private double Total => trials.Average(trial => Square(figure(trial) - _mean));

        private double By(Func<TrialResult, object> dimension) => trials.GroupBy(dimension)
            .Sum(group => group.Count() * Square(group.Average(figure) - _mean)) / trials.Length;

        // Differences that rounding makes of equal figures are none.
        private double Share(double part, double whole) => whole > 1e-20 * (1 + Square(_mean)) ? part / whole : 0;

        private static double Square(double value) => value * value;
    }
}
