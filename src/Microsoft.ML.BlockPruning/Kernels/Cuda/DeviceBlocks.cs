using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Kernels.Cuda;

/// <summary>A BSR weight for the kernels, still on the host: blocks that a kernel exists for, and the order of block rows.</summary>
/// <remarks>
/// Kernels exist for sides of 16, 32 and 64. A larger side that is a multiple of one of them is cut (128 into two of 64, 48 into three of
/// 16): the same weights, more blocks. The longest block rows start first, so that the thread blocks that start last are short
/// (Gale et al. 2020, "Sparse GPU Kernels for Deep Learning", section 5.2).
/// </remarks>
internal sealed class DeviceBlocks
{
    private static readonly int[] Sides = [64, 32, 16];

    private DeviceBlocks(BlockShape shape, int[] crowIndices, int[] colIndices, float[] values)
    {
        Shape = shape;
        CrowIndices = crowIndices;
        ColIndices = colIndices;
        Values = values;
        Order = [.. Enumerable.Range(0, crowIndices.Length - 1).OrderByDescending(row => crowIndices[row + 1] - crowIndices[row])];
    }

    /// <summary>Height and width that a kernel exists for.</summary>
    public BlockShape Shape { get; }

    /// <summary>[blockRows + 1].</summary>
    public int[] CrowIndices { get; }

    /// <summary>[blocks].</summary>
    public int[] ColIndices { get; }

    /// <summary>[blocks, height, width] float32, row-major; zeros outside the weight.</summary>
    public float[] Values { get; }

    /// <summary>[blockRows]: the order in which block rows are started.</summary>
    public int[] Order { get; }

    public int BlockRows => Order.Length;

    /// <summary>Output features with the padding of the last block row.</summary>
    public int PaddedRows => BlockRows * Shape.Height;

    /// <summary>Whether blocks of this shape run on the device as they are, or cut.</summary>
    public static bool CanRun(BlockShape shape) => shape.Height % Sides[^1] == 0 && shape.Width % Sides[^1] == 0;

    /// <summary>Cuts a weight's blocks where a kernel needs it.</summary>
    /// <exception cref="ArgumentException">A side of the block is not a multiple of 16.</exception>
    public static DeviceBlocks From(BlockSparseMatrix weight)
    {
        var source = weight.Block;
        if (!CanRun(source))
        {
            throw new ArgumentException(
                $"Blocks of {source} do not run on the device: tensor cores take tiles of 16x16. Use sides that are multiples of 16, "
                + "store the weight in such blocks, or run on the CPU.",
                nameof(weight));
        }

        var shape = new BlockShape(Sides.First(side => source.Height % side == 0), Sides.First(side => source.Width % side == 0));
        int down = source.Height / shape.Height;
        int across = source.Width / shape.Width;
        int[] crow = new int[(weight.BlockRows * down) + 1];
        int[] col = new int[weight.KeptBlocks * down * across];
        float[] stored = weight.Values.ToSingles();
        float[] values = new float[stored.Length];
        int block = 0;
        for (int row = 0; row + 1 < crow.Length; row++)
        {
            for (int b = weight.CrowIndices[row / down]; b < weight.CrowIndices[(row / down) + 1]; b++)
            {
                for (int part = 0; part < across; part++, block++)
                {
                    col[block] = (weight.ColIndices[b] * across) + part;
                    int corner = (((b * source.Height) + (row % down * shape.Height)) * source.Width) + (part * shape.Width);
                    CopyBlock(stored.AsSpan(corner), source.Width, shape, values.AsSpan(block * shape.Height * shape.Width));
                }
            }

            crow[row + 1] = block;
        }

        return new DeviceBlocks(shape, crow, col, values);
    }

    private static void CopyBlock(ReadOnlySpan<float> corner, int stride, BlockShape shape, Span<float> target)
    {
        for (int i = 0; i < shape.Height; i++)
        {
            corner.Slice(i * stride, shape.Width).CopyTo(target[(i * shape.Width)..]);
        }
    }
}
