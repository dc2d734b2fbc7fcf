namespace Microsoft.ML.BlockPruning.Benchmarks.Sweeps;

/// <summary>One run of the twelve-point sweep.</summary>
/// <param name="Executor">Where its trials ran.</param>
/// <param name="Seconds">Wall time of the whole process, start and reading included.</param>
/// <param name="SecondsPerTrial">In the order of the journal; the first of a block calibrates, the last is the final refit.</param>
/// <param name="Trials">Their names, in the same order.</param>
/// <param name="PeakMegabytes">Most resident memory of all its processes together, of 2^20 bytes each.</param>
internal sealed record SweepRow(
    string Executor, double Seconds, IReadOnlyList<double> SecondsPerTrial, IReadOnlyList<string> Trials, double PeakMegabytes);
