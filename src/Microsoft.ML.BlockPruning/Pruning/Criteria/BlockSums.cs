using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>From numbers per weight to numbers per block to importances.</summary>
internal static class BlockSums
{
    /// <summary>The weight as float64, [out, in].</summary>
    public static Tensor WeightOf(PrunableLayer layer) =>
        TorchDevice.Put(tensor(layer.Weights.Weight, float64)).reshape(layer.Weights.OutFeatures, layer.Weights.InFeatures);

    /// <summary>Sums over each block; ragged blocks sum what they hold.</summary>
    /// <param name="perWeight">[out, in].</param>
    /// <param name="blocks">The grid.</param>
    /// <returns>[blockRows, blockColumns]; belongs to the caller's dispose scope.</returns>
    public static Tensor Of(Tensor perWeight, BlockMask blocks)
    {
        using var scope = NewDisposeScope();
        var shape = blocks.Shape;
        long right = ((long)blocks.BlockColumns * shape.Width) - blocks.Columns;
        long bottom = ((long)blocks.BlockRows * shape.Height) - blocks.Rows;
        return nn.functional.pad(perWeight, (0, right, 0, bottom))
            .view(blocks.BlockRows, shape.Height, blocks.BlockColumns, shape.Width).sum([1, 3]).MoveToOuterDisposeScope();
    }

    /// <summary>Importances of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="perBlock">[blockRows, blockColumns] float64.</param>
    /// <param name="onStrip">Called once per row strip.</param>
    /// <exception cref="ArithmeticException">One is not finite.</exception>
    public static LayerImportances ToImportances(PrunableLayer layer, Tensor perBlock, Action onStrip)
    {
        using var scope = NewDisposeScope();
        var importances = new LayerImportances(layer.Name, layer.Blocks);
        int columns = layer.Blocks.BlockColumns;
        double[] values = TorchDevice.Read<double>(perBlock);
        for (int row = 0; row < layer.Blocks.BlockRows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                double value = values[(row * columns) + column];
                importances[row, column] = double.IsFinite(value)
                    ? value
                    : throw new ArithmeticException($"The importance of block ({row}, {column}) of '{layer.Name}' is {value}: "
                        + "its weights, inputs or gradients overflow.");
            }

            onStrip();
        }

        return importances;
    }
}
