namespace Microsoft.ML.BlockPruning.Sweeps.Tuners;

/// <summary>Trials drawn evenly: any kept fraction between the least and the most of the space, any family.</summary>
/// <param name="count">How many.</param>
/// <param name="seed">Same seed, same trials.</param>
internal sealed class RandomTuner(int count, int seed) : ITuner
{
    // A thousandth of the multiply-adds is about a block; more digits would tell nothing and be read by nobody.
    private const int Digits = 3;

    // A narrow space has fewer points than trials asked for; after so many draws in vain per trial they are taken to be used up.
    private const int Patience = 1000;

    public int? CountIn(TunerState state) => count;

    public IEnumerable<Trial> Coming(TunerState state)
    {
        var random = new Random(seed);
        var drawn = new HashSet<Trial>();
        for (int i = 0; drawn.Count < count && i < count * Patience; i++)
        {
            var trial = Draw(state.Space, random);
            if (drawn.Add(trial) && !state.Finished.ContainsKey(trial))
            {
                yield return trial;
            }
        }
    }

    private static Trial Draw(SweepSpace space, Random random)
    {
        double keep = space.LeastKept + (random.NextDouble() * (space.MostKept - space.LeastKept));
        keep = Math.Clamp(Math.Round(keep, Digits), space.LeastKept, space.MostKept);
        return new Trial(keep, Of(space.Blocks), Of(space.Criteria), Of(space.Refits), Of(space.FineTuneEpochs));

        T Of<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];
    }
}
