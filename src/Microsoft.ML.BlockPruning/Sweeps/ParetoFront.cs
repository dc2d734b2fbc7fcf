namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>The trials worth a look: no other is as accurate for less, or more accurate for as much.</summary>
internal static class ParetoFront
{
    /// <summary>Finds the front.</summary>
    /// <param name="results">Trials; failed ones and those on a part of the calibration images are passed over.</param>
    /// <param name="cost">What is paid.</param>
    /// <returns>From the cheapest to the most accurate. Of trials with equal figures the first alone.</returns>
    public static IReadOnlyList<TrialResult> Of(IEnumerable<TrialResult> results, TrialCost cost)
    {
        var front = new List<TrialResult>();
        foreach (var result in results.Where(result => result.IsOnAllImages).OrderBy(result => CostOf(result, cost))
            .ThenByDescending(result => result.Top1))
        {
            if (front.Count == 0 || result.Top1 > front[^1].Top1)
            {
                front.Add(result);
            }
        }

        return front;
    }

    public static double CostOf(TrialResult result, TrialCost cost) => cost switch
    {
        TrialCost.MultiplyAdds => result.MultiplyAdds!.Value,
        TrialCost.Bytes => result.Bytes!.Value,
        TrialCost.Milliseconds => result.Milliseconds!.Value,
        _ => throw new ArgumentOutOfRangeException(
            nameof(cost), cost, $"{cost} is no cost; take one of {string.Join(", ", Enum.GetNames<TrialCost>())}."),
    };
}
