namespace Microsoft.ML.BlockPruning.Benchmarks.Sweeps;

/// <summary>What came of killing a sweep and taking it up again.</summary>
/// <param name="Seed">Of the moments.</param>
/// <param name="KilledAfterSeconds">Of each run that was killed, from its start.</param>
/// <param name="TrialsThen">Trials in the journal after each kill.</param>
/// <param name="Trials">Of the uninterrupted sweep, the final one included.</param>
/// <param name="Repeated">Trials that stand in the killed sweep's journal more than once.</param>
/// <param name="Differing">Trials that are missing or have other figures than in the uninterrupted sweep; times do not count.</param>
/// <param name="SecondsUninterrupted">Wall time of the uninterrupted sweep.</param>
/// <param name="SecondsKilled">Wall time of all runs of the killed one.</param>
internal sealed record KillRow(
    int Seed, IReadOnlyList<double> KilledAfterSeconds, IReadOnlyList<int> TrialsThen, int Trials, IReadOnlyList<string> Repeated,
    IReadOnlyList<string> Differing, double SecondsUninterrupted, double SecondsKilled);
