namespace Microsoft.ML.BlockPruning.Sweeps.Tuners;

/// <summary>Successive halving: at each kept fraction all families race on few calibration images, the best go on with more.</summary>
/// <param name="factor">η, at least 2: of each round the best 1 / η go on, with η times the images.</param>
/// <param name="leastImages">Calibration images of a round at least.</param>
/// <remarks>
/// Jamieson and Talwalkar, "Non-stochastic best arm identification", AISTATS 2016; the rounds of one bracket of Hyperband (Li et al.,
/// JMLR 2018, algorithm 1):
/// <code>
/// s = ⌈log_η n⌉;   round i of 0 … s:  n_i = ⌈n / η^i⌉ families,  r_i = R / η^(s − i) of the R calibration images
/// </code>
/// What is rationed is calibration images: calibration and the refit's moments cost in proportion to them, whatever the refit, and a
/// network pruned on fewer is still pruned to the same budget, so that rounds ask the same question. Passes of the refit would ration a
/// part of one refit's cost alone. Families race at equal kept fractions, hence at equal cost, and the least KL on the validation images
/// wins: it tells networks apart where top-1 ties. A failed trial is out. The last round is an ordinary trial on all images; the others
/// are on no front. Cost: about s + 1 trials on all images for each kept fraction, instead of n, but s + 1 calibrations a family.
/// </remarks>
internal sealed class HalvingTuner(int factor, int leastImages) : ITuner
{
    public int? CountIn(TunerState state)
    {
        int families = state.Space.Families.Count();
        return state.Space.Keeps.Count
            * RoundsOf(families, state.CalibrationImages).DistinctBy(round => round.Images).Sum(round => round.Families);
    }

    // Of each kept fraction the rest of its round: races at different fractions do not depend on each other.
    public IEnumerable<Trial> Coming(TunerState state) => state.Space.Keeps.SelectMany(keep => RestOfRound(state, keep));

    private Trial[] RestOfRound(TunerState state, double keep)
    {
        Trial[] racing = [.. state.Space.Families.Select(family => family.At(keep))];
        foreach (var (families, images) in RoundsOf(racing.Length, state.CalibrationImages))
        {
            racing = [.. racing.Take(families).Select(trial => trial with { CalibrationImages = images })];
            Trial[] rest = [.. racing.Where(trial => !state.Finished.ContainsKey(trial))];
            if (rest.Length > 0)
            {
                return rest;
            }

            // OrderBy is stable: of equals the first stays ahead.
            racing = [.. racing.Where(trial => state.Finished[trial].IsCompleted).OrderBy(trial => state.Finished[trial].Kl)];
        }

        return [];
    }

    // Null images: all of them. Where there are too few to ration, early rounds are on all images already and later ones find them done.
    private IEnumerable<(int Families, int? Images)> RoundsOf(int families, int images)
    {
        long share = 1;
        while (share < families)
        {
            share *= factor;
        }

        int left = families;
        for (; share >= 1; share /= factor, left = (left + factor - 1) / factor)
        {
            long seen = Math.Max(images / share, leastImages);
            yield return (left, seen < images ? (int)seen : null);
        }
    }
}
