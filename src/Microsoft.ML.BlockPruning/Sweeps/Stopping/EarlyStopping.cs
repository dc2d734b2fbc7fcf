using System.Globalization;

namespace Microsoft.ML.BlockPruning.Sweeps.Stopping;

/// <summary>
/// Which trials need not run: those of a family that another one beats, image by image, at the two kept fractions nearest to theirs.
/// </summary>
/// <param name="space">The families, and how many tests there may be.</param>
/// <param name="significance">How often a family that is no worse may be stopped by chance, in (0, 1).</param>
/// <remarks>
/// Rivals have the same block and refit, since others cost another time or are not compared, and the same kept fractions; the rival is
/// completed at the trial's own, so that nothing is missing there. Its top-1 must not be lower by more than one standard error of the two,
/// which a few images are, nor its multiply-adds more, and the images' KL must be less by <see cref="SignedRankTest"/>, at both fractions,
/// each at significance / (rivals · kept fractions): Bonferroni's level for all tests that a family may be put to. That what is worse at
/// two fractions is worse at the next is taken, not tested. It answers from finished trials alone, so that a sweep that was resumed stops
/// the same ones.
/// </remarks>
internal sealed class EarlyStopping(SweepSpace space, double significance)
{
    private const int Neighbours = 2;

    // Budgets are met to a block or so, which layers of other shapes pay differently.
    private const double SameCost = 1.01;

    /// <summary>Checks a significance.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in (0, 1).</exception>
    public static void Check(double significance)
    {
        if (!(significance is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(significance), significance,
                $"The significance is {significance}, not above 0 and below 1: it is a probability, such as 0.01.");
        }
    }

    /// <summary>The result of a trial that need not run; null: run it.</summary>
    /// <param name="trial">One that is not finished.</param>
    /// <param name="finished">The trials so far, whatever their order.</param>
    public TrialResult? Stop(Trial trial, IReadOnlyDictionary<Trial, TrialResult> finished)
    {
        Trial[] rivals =
        [
            .. space.Families.Select(family => family.At(trial.Keep))
                .Where(other => other != trial && other.Block == trial.Block && other.Refit == trial.Refit),
        ];
        TrialResult[] own =
        [
            .. finished.Values.Where(result => result.IsCompleted && result.Trial with { Keep = trial.Keep } == trial)
                .OrderBy(result => Math.Abs(result.Keep - trial.Keep)).ThenByDescending(result => result.Keep).Take(Neighbours),
        ];
        if (trial.CalibrationImages is not null || own.Length < Neighbours)
        {
            return null;
        }

        double level = significance / rivals.Length / space.Keeps.Count;
        foreach (var rival in rivals.Where(rival => finished.TryGetValue(rival, out var result) && result.IsCompleted))
        {
            double[] found =
            [
                .. own.Select(result => PAgainst(result, finished.GetValueOrDefault(rival with { Keep = result.Keep }))),
            ];
            if (found.All(p => p < level))
            {
                return TrialResult.StoppedOf(trial, ReasonOf(rival, own, found, level));
            }
        }

        return null;
    }

    private static double PAgainst(TrialResult own, TrialResult? other)
    {
        bool isNoWorse = other is { IsCompleted: true } && other.Top1 >= own.Top1 - StandardErrorOf(own, other)
            && other.MultiplyAdds <= SameCost * own.MultiplyAdds;
        return isNoWorse && own.ImageKl is { } values && other!.ImageKl is { } others && values.Count == others.Count
            ? SignedRankTest.OneSidedP(values.Zip(others, (value, least) => (double)value - least))
            : 1;
    }

    // Each is of the difference to the dense network's.
    private static double StandardErrorOf(TrialResult own, TrialResult other) =>
        double.Hypot(own.Top1StandardError ?? 0, other.Top1StandardError ?? 0);

    private static string ReasonOf(Trial rival, TrialResult[] own, double[] found, double level) => string.Create(
        CultureInfo.InvariantCulture,
        $"worse than {rival} is at keep {own[0].Keep} and {own[1].Keep}, image by image: p = {found[0]:0.0E+0} and {found[1]:0.0E+0}, "
        + $"below {level:0.0E+0} (signed-rank test of {own[0].ImageKl!.Count} images' KL)");
}
