namespace Microsoft.ML.BlockPruning.Benchmarks.Pruning;

/// <summary>How far the plans of two runs agree.</summary>
/// <param name="Keep">Kept fraction of the dense network's multiply-adds.</param>
/// <param name="Block">Height x width.</param>
/// <param name="Threads">libtorch's threads in the first and the second run.</param>
/// <param name="Blocks">Blocks of all layers.</param>
/// <param name="SameBlocks">Blocks that both runs keep, or both remove.</param>
internal sealed record AgreementRow(double Keep, string Block, int[] Threads, int Blocks, int SameBlocks);
