namespace Microsoft.ML.BlockPruning.Benchmarks.Pruning;

/// <summary>What one pruning cost.</summary>
/// <param name="Network">Which network, with which weights and images.</param>
/// <param name="Images">Calibration images.</param>
/// <param name="Block">Height x width.</param>
/// <param name="Keep">Kept fraction of the dense network's multiply-adds.</param>
/// <param name="Seconds">Calibration and pruning, wall clock.</param>
/// <param name="PeakMemoryBytes">Largest resident size of the whole process.</param>
internal sealed record PruningRow(string Network, int Images, string Block, double Keep, double Seconds, long PeakMemoryBytes);
