using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Kernels.Cuda;

/// <summary>Lays a grid that kernels exist for over a weight whose own has none: the same weights, with zeros filled in.</summary>
internal static class DeviceGrid
{
    private static readonly int[] Sides = [64, 32, 16];

    /// <summary>The weight itself where its blocks run as they are; else the grid's blocks that touch a kept one.</summary>
    public static BlockSparseMatrix Fit(BlockSparseMatrix weight)
    {
        if (DeviceBlocks.CanRun(weight.Block))
        {
            return weight;
        }

        bool isDense = weight.KeptBlocks == 1 && weight.Block == new BlockShape(weight.Rows, weight.Columns);
        var shape = isDense ? new BlockShape(SideFor(weight.Rows), SideFor(weight.Columns)) : new BlockShape(Sides[^1], Sides[^1]);
        var mask = new BlockMask(RoundUp(weight.Rows, shape.Height), RoundUp(weight.Columns, shape.Width), shape, keepAll: false);
        for (int row = 0; row < weight.BlockRows; row++)
        {
            for (int block = weight.CrowIndices[row]; block < weight.CrowIndices[row + 1]; block++)
            {
                Cover(mask, weight.Block, row, weight.ColIndices[block]);
            }
        }

        return BlockSparseMatrix.FromDense(Pad(weight, mask.Rows, mask.Columns), mask);
    }

    private static int RoundUp(int features, int side) => (features + side - 1) / side * side;

    /// <summary>The largest side that pads a dense dimension by an eighth at most.</summary>
    private static int SideFor(int features) =>
        Sides.FirstOrDefault(side => RoundUp(features, side) - features <= features / 8, Sides[^1]);

    /// <summary>[rows, columns] with the weight in the corner: a head of few classes is smaller than a block.</summary>
    private static float[] Pad(BlockSparseMatrix weight, int rows, int columns)
    {
        float[] dense = weight.ToDense();
        float[] padded = new float[checked(rows * columns)];
        for (int row = 0; row < weight.Rows; row++)
        {
            dense.AsSpan(row * weight.Columns, weight.Columns).CopyTo(padded.AsSpan(row * columns));
        }

        return padded;
    }

    private static void Cover(BlockMask mask, BlockShape block, int blockRow, int blockColumn)
    {
        int lastRow = Math.Min((blockRow + 1) * block.Height, mask.Rows) - 1;
        int lastColumn = Math.Min((blockColumn + 1) * block.Width, mask.Columns) - 1;
        for (int row = blockRow * block.Height / mask.Shape.Height; row <= lastRow / mask.Shape.Height; row++)
        {
            for (int column = blockColumn * block.Width / mask.Shape.Width; column <= lastColumn / mask.Shape.Width; column++)
            {
                mask[row, column] = true;
            }
        }
    }
}
