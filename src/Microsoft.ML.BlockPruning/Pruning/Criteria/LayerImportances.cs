using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>The importance of every block of one layer: predicted rise of the loss, in nats per image, when the block goes.</summary>
internal sealed class LayerImportances
{
    private readonly double[] _values;

    /// <summary>Creates importances of zero.</summary>
    /// <param name="layerName">Canonical name of the prunable layer.</param>
    /// <param name="blocks">The layer's block grid; not changed.</param>
    public LayerImportances(string layerName, BlockMask blocks)
    {
        LayerName = layerName;
        Blocks = blocks;
        _values = new double[blocks.TotalBlocks];
    }

    public string LayerName { get; }

    /// <summary>The grid; kept in it are the blocks that may be chosen.</summary>
    public BlockMask Blocks { get; }

    /// <summary>Images that the importances rest on, (Σ w)² / Σ w² with w an image's weight; null: the criterion does not say.</summary>
    public double? EffectiveImages { get; init; }

    /// <summary>The least and the most important block.</summary>
    public (double Least, double Most) Range => (_values.Min(), _values.Max());

    /// <summary>The same importances over the blocks that are still there; only those can be kept.</summary>
    /// <param name="remaining">A mask over the same grid; not changed.</param>
    public LayerImportances Within(BlockMask remaining)
    {
        var within = new LayerImportances(LayerName, remaining) { EffectiveImages = EffectiveImages };
        _values.CopyTo(within._values, 0);
        return within;
    }

    /// <exception cref="ArithmeticException">The value set is not finite.</exception>
    public double this[int blockRow, int blockColumn]
    {
        get => _values[(blockRow * Blocks.BlockColumns) + blockColumn];
        set
        {
            // In a sort NaN would quietly choose blocks.
            if (!double.IsFinite(value))
            {
                throw new ArithmeticException(
                    $"The importance of block ({blockRow}, {blockColumn}) of '{LayerName}' is {value}: "
                    + "a gradient or covariance is not finite.");
            }

            _values[(blockRow * Blocks.BlockColumns) + blockColumn] = value;
        }
    }

    /// <summary>Importance of the blocks that a choice removes, added up.</summary>
    /// <param name="kept">A mask over the same grid.</param>
    public double SumOfRemoved(BlockMask kept) => _values
        .Where((_, block) => !kept[block / Blocks.BlockColumns, block % Blocks.BlockColumns]).Sum();
}
