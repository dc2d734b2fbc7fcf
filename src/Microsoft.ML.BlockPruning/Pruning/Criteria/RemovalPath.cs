using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>The order in which a layer loses the blocks it has: least important per weight first; ties by rows, then columns.</summary>
internal sealed class RemovalPath
{
    private readonly LayerImportances _importances;
    private readonly (int Row, int Column)[] _order;

    public RemovalPath(LayerImportances importances)
    {
        _importances = importances;
        var blocks = importances.Blocks;
        _order =
        [
            .. (from row in Enumerable.Range(0, blocks.BlockRows)
                from column in Enumerable.Range(0, blocks.BlockColumns)
                where blocks[row, column]
                select (row, column))
                .OrderBy(block => importances[block.row, block.column] / blocks.ElementsOf(block.row, block.column)),
        ];
    }

    /// <summary>Blocks that can go.</summary>
    public int Length => _order.Length;

    /// <summary>The block that goes at a step.</summary>
    public (int Row, int Column) this[int step] => _order[step];

    /// <summary>[length] weights of the block that goes at each step.</summary>
    public int[] Sizes => [.. _order.Select(block => _importances.Blocks.ElementsOf(block.Row, block.Column))];

    /// <summary>[length + 1] predicted loss once so many blocks have gone; never falling, a negative importance counts as zero.</summary>
    public double[] Predicted()
    {
        double[] sums = new double[_order.Length + 1];
        for (int step = 0; step < _order.Length; step++)
        {
            var (row, column) = _order[step];
            sums[step + 1] = sums[step] + Math.Max(0, _importances[row, column]);
        }

        return sums;
    }

    /// <summary>What is left once so many blocks have gone.</summary>
    public BlockMask After(int steps)
    {
        var mask = _importances.Blocks.Clone();
        foreach (var (row, column) in _order.AsSpan(0, steps))
        {
            mask[row, column] = false;
        }

        return mask;
    }
}
