namespace Microsoft.ML.BlockPruning.Sweeps.Tuners;

/// <summary>Every combination: family by family, from the most kept to the least.</summary>
internal sealed class GridTuner : ITuner
{
    public int? CountIn(TunerState state) => state.Space.Keeps.Count * state.Space.Families.Count();

    public Trial? Next(TunerState state) =>
        (from family in state.Space.Families from keep in state.Space.Keeps select family.At(keep))
            .FirstOrDefault(trial => !state.Finished.ContainsKey(trial));
}
