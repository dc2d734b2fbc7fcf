namespace Microsoft.ML.BlockPruning.Benchmarks.Pruning;

/// <summary>What one pruning cost.</summary>
/// <param name="Network">Which network, with which weights and images.</param>
/// <param name="Images">Calibration images.</param>
/// <param name="Block">Height x width.</param>
/// <param name="Keep">Kept fraction of the dense network's multiply-adds.</param>
/// <param name="Seconds">Calibration and pruning, wall clock.</param>
/// <param name="ProcessorSeconds">The same in processor time of all threads, which other work on the machine changes less.</param>
/// <param name="PeakMemoryBytes">Largest resident size of the whole process.</param>
/// <param name="Parts">What the time went to; the rest is allocation, progress and copies.</param>
/// <param name="ForecastSeconds">What a dry run says of the seconds, by one layer and some of the images, before.</param>
/// <param name="ForecastBytes">What it says of the peak, by sizes alone.</param>
internal sealed record PruningRow(
    string Network, int Images, string Block, double Keep, double Seconds, double ProcessorSeconds, long PeakMemoryBytes,
    IReadOnlyList<PartRow> Parts, double ForecastSeconds, long ForecastBytes);
