namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>Executors of one subject, each of which may run a trial while the others run theirs.</summary>
/// <param name="Members">At least one.</param>
/// <param name="IsRated">
/// Whether a member finds the rating of a trial's family, so that it need not wait for another one to make it; null: nothing is shared.
/// </param>
internal sealed record TrialTeam(IReadOnlyList<ITrialExecutor> Members, Func<Trial, bool>? IsRated = null)
{
    /// <summary>One that works alone.</summary>
    public static TrialTeam Of(ITrialExecutor executor) => new([executor]);

    /// <summary>A team that runs every trial once for each fold.</summary>
    /// <param name="folds">For each fold its team, all of as many members, and the images that it judges on.</param>
    public static TrialTeam OfFolds(IReadOnlyList<(TrialTeam Team, int Images)> folds) => new(
        [
            .. folds[0].Team.Members.Select((_, member) =>
                new FoldExecutor([.. folds.Select(fold => (fold.Team.Members[member], fold.Images))])),
        ],
        folds.Any(fold => fold.Team.IsRated is null) ? null : trial => folds.All(fold => fold.Team.IsRated!(trial)));
}
