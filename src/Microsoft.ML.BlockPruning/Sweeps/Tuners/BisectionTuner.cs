namespace Microsoft.ML.BlockPruning.Sweeps.Tuners;

/// <summary>Finds the least kept fraction whose accuracy is within a drop of the dense network's, for every family.</summary>
/// <param name="maximumDrop">Fraction of the validation images, in [0, 1], that may be lost.</param>
/// <param name="tolerance">How close the kept fraction is found: the answer less this is too little. In (0, 1).</param>
/// <remarks>
/// Bisection takes accuracy to rise with what is kept, which holds but for noise of a few images; then the answer is one of two
/// neighbours of the noisy curve. Cost: 2 + ⌈log₂((most − least) / tolerance)⌉ trials for each family. A failed trial
/// counts as too little.
/// </remarks>
internal sealed class BisectionTuner(double maximumDrop, double tolerance) : ITuner
{
    private const int Digits = 6;

    public int? CountIn(TunerState state) => null;

    // One of each family: what a family is asked next depends on what it was asked before, and on no other family.
    public IEnumerable<Trial> Coming(TunerState state) =>
        state.Space.Families.Select(family => Next(state, family.At)).OfType<Trial>();

    private Trial? Next(TunerState state, Func<double, Trial> trialAt)
    {
        double enough = state.Space.MostKept;
        double tooLittle = state.Space.LeastKept;
        foreach (double end in new[] { enough, tooLittle })
        {
            if (!state.Finished.TryGetValue(trialAt(end), out var result))
            {
                return trialAt(end);
            }

            // Where the most is too little or the least is enough there is nothing to search for.
            if (IsEnough(result, state) == (end == tooLittle))
            {
                return null;
            }
        }

        while (enough - tooLittle > tolerance)
        {
            double middle = Math.Round((enough + tooLittle) / 2, Digits);
            if (!state.Finished.TryGetValue(trialAt(middle), out var result))
            {
                return trialAt(middle);
            }

            (enough, tooLittle) = IsEnough(result, state) ? (middle, tooLittle) : (enough, middle);
        }

        return null;
    }

    private bool IsEnough(TrialResult result, TunerState state) => AccuracyLimit.Holds(result, state.DenseTop1, maximumDrop);
}
