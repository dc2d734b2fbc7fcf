namespace Microsoft.ML.BlockPruning.Benchmarks.Progress;

/// <summary>How far the time left of one step was from the truth.</summary>
/// <param name="Run">What was run.</param>
/// <param name="Step">The step's name on a terminal.</param>
/// <param name="Seconds">What it took.</param>
/// <param name="EstimateAtTenth">Seconds left as shown once a tenth of the work was done; null: none was.</param>
/// <param name="TruthAtTenth">Seconds that it still took from there; null as well.</param>
/// <param name="Ratio">Estimate over truth.</param>
/// <param name="WorstRatio">The one of all reports from there to nine tenths that is farthest from one.</param>
internal sealed record ProgressRow(
    string Run, string Step, double Seconds, double? EstimateAtTenth, double? TruthAtTenth, double? Ratio, double? WorstRatio);
