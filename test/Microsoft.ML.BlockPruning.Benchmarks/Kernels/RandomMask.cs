using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Kernels;

/// <summary>Masks that keep a random share of the blocks: for speed, never for accuracy.</summary>
internal static class RandomMask
{
    /// <summary>Always the same number of blocks for the same sparsity, and the same ones for the same seed.</summary>
    /// <param name="rows">Of the weight.</param>
    /// <param name="columns">Of the weight.</param>
    /// <param name="block">Height x width.</param>
    /// <param name="sparsity">Share of blocks to remove.</param>
    /// <param name="seed">Which ones.</param>
    public static BlockMask Create(int rows, int columns, BlockShape block, double sparsity, int seed)
    {
        var mask = new BlockMask(rows, columns, block);
        int[] order = [.. Enumerable.Range(0, mask.TotalBlocks)];
        new Random(seed).Shuffle(order);
        foreach (int removed in order.Take((int)Math.Round(sparsity * mask.TotalBlocks)))
        {
            mask[removed / mask.BlockColumns, removed % mask.BlockColumns] = false;
        }

        return mask;
    }
}
