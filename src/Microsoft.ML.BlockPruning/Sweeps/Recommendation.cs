namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>The trials that a sweep advises to take, best first. Times do not count, so that it is the same on every machine.</summary>
internal static class Recommendation
{
    /// <summary>The one to take.</summary>
    /// <returns>Null where no trial was completed.</returns>
    public static TrialResult? Of(IReadOnlyCollection<TrialResult> results, double denseTop1, double maximumDrop) =>
        Rank(results, denseTop1, maximumDrop).FirstOrDefault();

    /// <summary>Trials within the accuracy limit by multiply-adds, fewest first; then the others, the most accurate first.</summary>
    /// <param name="results">Trials in the order in which they were tried. Of equals the one of the least KL is ahead, which tells networks
    /// apart where top-1 does not; then the first. Those on a part of the calibration images
    /// are passed over, as failed ones are.</param>
    /// <param name="denseTop1">Fraction of the images, in [0, 1].</param>
    /// <param name="maximumDrop">Fraction of the images, in [0, 1].</param>
    public static IEnumerable<TrialResult> Rank(IReadOnlyCollection<TrialResult> results, double denseTop1, double maximumDrop)
    {
        var candidates = results.Where(result => result.IsOnAllImages).ToLookup(
            result => AccuracyLimit.Holds(result, denseTop1, maximumDrop));
        return candidates[true].OrderBy(result => result.MultiplyAdds).ThenByDescending(result => result.Top1)
            .ThenBy(result => result.Kl)
            .Concat(candidates[false].OrderByDescending(result => result.Top1).ThenBy(result => result.Kl)
                .ThenBy(result => result.MultiplyAdds));
    }
}
