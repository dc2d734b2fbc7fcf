using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Measurement.GpuCheck;

/// <summary>Masks of kept blocks at random places, the same on every run.</summary>
internal static class RandomMask
{
    /// <summary>Keeps a fraction of the blocks, to the nearest block.</summary>
    public static BlockMask Of(int rows, int columns, BlockShape block, double keep)
    {
        var mask = new BlockMask(rows, columns, block);
        int[] order = [.. Enumerable.Range(0, mask.TotalBlocks)];
        new Random(1).Shuffle(order);
        foreach (int removed in order.Take(mask.TotalBlocks - (int)Math.Round(mask.TotalBlocks * keep)))
        {
            mask[removed / mask.BlockColumns, removed % mask.BlockColumns] = false;
        }

        return mask;
    }
}
