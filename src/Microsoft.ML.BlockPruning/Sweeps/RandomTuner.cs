namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>Trials drawn evenly: any kept fraction between the least and the most of the space, any block, any criterion.</summary>
/// <param name="count">How many.</param>
/// <param name="seed">Same seed, same trials.</param>
internal sealed class RandomTuner(int count, int seed) : ITuner
{
    // A thousandth of the multiply-adds is about a block; more digits would tell nothing and be read by nobody.
    private const int Digits = 3;

    // A narrow space has fewer points than trials asked for; after so many draws in vain per trial they are taken to be used up.
    private const int Patience = 1000;

    public int? CountIn(SweepSpace space) => count;

    public Trial? Next(TunerState state)
    {
        var random = new Random(seed);
        var drawn = new HashSet<Trial>();
        for (int i = 0; drawn.Count < count && i < count * Patience; i++)
        {
            var trial = Draw(state.Space, random);
            if (drawn.Add(trial) && !state.Finished.ContainsKey(trial))
            {
                return trial;
            }
        }

        return null;
    }

    private static Trial Draw(SweepSpace space, Random random)
    {
        double keep = space.LeastKept + (random.NextDouble() * (space.MostKept - space.LeastKept));
        return new Trial(
            Math.Clamp(Math.Round(keep, Digits), space.LeastKept, space.MostKept), space.Blocks[random.Next(space.Blocks.Count)],
            space.Criteria[random.Next(space.Criteria.Count)]);
    }
}
