using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu;

internal static class TestMatrices
{
    /// <summary>Uniform in [−1, 1).</summary>
    public static float[] Uniform(int seed, int length)
    {
        var random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = (2f * random.NextSingle()) - 1f;
        }

        return values;
    }

    /// <summary>A dense weight [rows, columns] with zeros in the blocks that the mask removes.</summary>
    public static (float[] Dense, BlockSparseMatrix Sparse) BlockSparse(int seed, int rows, int columns, BlockShape shape, double density)
    {
        var random = new Random(seed);
        var mask = new BlockMask(rows, columns, shape, keepAll: false);
        float[] dense = Uniform(seed + 1, rows * columns);
        for (int r = 0; r < mask.BlockRows; r++)
        {
            for (int c = 0; c < mask.BlockColumns; c++)
            {
                mask[r, c] = random.NextDouble() < density;
            }
        }

        for (int i = 0; i < dense.Length; i++)
        {
            dense[i] = mask[i / columns / shape.Height, i % columns / shape.Width] ? dense[i] : 0f;
        }

        return (dense, BlockSparseMatrix.FromDense(dense, mask));
    }
}
