namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>The one trial that a sweep advises to take. Times do not count, so that it is the same on every machine.</summary>
internal static class Recommendation
{
    /// <summary>The fewest multiply-adds within the accuracy limit; the most accurate trial where none is within it.</summary>
    /// <param name="results">Trials in the order in which they were tried; the first wins a tie.</param>
    /// <param name="denseTop1">Fraction of the images, in [0, 1].</param>
    /// <param name="maximumDrop">Fraction of the images, in [0, 1].</param>
    /// <returns>Null where no trial was completed.</returns>
    public static TrialResult? Of(IReadOnlyCollection<TrialResult> results, double denseTop1, double maximumDrop) =>
        results.Where(result => AccuracyLimit.Holds(result, denseTop1, maximumDrop))
            .OrderBy(result => result.MultiplyAdds).ThenByDescending(result => result.Top1).FirstOrDefault()
        ?? results.Where(result => result.IsCompleted)
            .OrderByDescending(result => result.Top1).ThenBy(result => result.MultiplyAdds).FirstOrDefault();
}
