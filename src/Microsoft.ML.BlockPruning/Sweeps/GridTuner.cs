namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>Every combination: criterion by criterion, block by block, from the most kept to the least.</summary>
internal sealed class GridTuner : ITuner
{
    public int? CountIn(SweepSpace space) => space.Keeps.Count * space.Blocks.Count * space.Criteria.Count;

    public Trial? Next(TunerState state) =>
        (from family in state.Space.Families
         from keep in state.Space.Keeps
         select new Trial(keep, family.Block, family.Criterion)).FirstOrDefault(trial => !state.Finished.ContainsKey(trial));
}
