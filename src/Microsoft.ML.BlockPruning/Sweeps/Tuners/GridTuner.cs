namespace Microsoft.ML.BlockPruning.Sweeps.Tuners;

/// <summary>Every combination: family by family, from the most kept to the least.</summary>
internal sealed class GridTuner : ITuner
{
    public int? CountIn(TunerState state) => state.Space.Keeps.Count * state.Space.Families.Count();

    public IEnumerable<Trial> Coming(TunerState state) =>
        from family in state.Space.Families
        from keep in state.Space.Keeps
        let trial = family.At(keep)
        where !state.Finished.ContainsKey(trial)
        select trial;
}
