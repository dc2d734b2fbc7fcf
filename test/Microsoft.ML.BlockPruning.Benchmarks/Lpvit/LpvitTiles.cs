using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Lpvit;

/// <summary>Sums over the tiles of one layer, w a weight and g its mean gradient; all that the curve and the rankings need.</summary>
/// <remarks>
/// Source: LPViT (ECCV 2024), the public code's <c>get_mask_blockwise_fast</c>. Scores are means over the weights that a tile really
/// holds: its pooling clips at a ragged edge. Cost: one pass over the layer.
/// </remarks>
internal sealed class LpvitTiles
{
    private LpvitTiles(int count)
    {
        Weight = new double[count];
        Product = new double[count];
        SquaredProduct = new double[count];
        TaylorScore = new double[count];
        MagnitudeScore = new double[count];
    }

    /// <summary>[tiles] Σ w.</summary>
    public double[] Weight { get; }

    /// <summary>[tiles] Σ w g.</summary>
    public double[] Product { get; }

    /// <summary>[tiles] Σ (w g)².</summary>
    public double[] SquaredProduct { get; }

    /// <summary>[tiles] mean |w g|, which orders the tiles of a curve.</summary>
    public double[] TaylorScore { get; }

    /// <summary>[tiles] mean |w|, which orders the tiles of the final mask.</summary>
    public double[] MagnitudeScore { get; }

    /// <summary>Sums up a layer; tiles are row-major.</summary>
    public static LpvitTiles Of(LpvitLayer layer)
    {
        var blocks = layer.Blocks;
        var tiles = new LpvitTiles(blocks.TotalBlocks);
        for (int row = 0; row < blocks.Rows; row++)
        {
            for (int column = 0; column < blocks.Columns; column++)
            {
                int tile = (row / blocks.Shape.Height * blocks.BlockColumns) + (column / blocks.Shape.Width);
                double weight = layer.Weights[(row * blocks.Columns) + column];
                double product = weight * layer.MeanGradients[(row * blocks.Columns) + column];
                tiles.Weight[tile] += weight;
                tiles.Product[tile] += product;
                tiles.SquaredProduct[tile] += product * product;
                tiles.TaylorScore[tile] += Math.Abs(product);
                tiles.MagnitudeScore[tile] += Math.Abs(weight);
            }
        }

        for (int tile = 0; tile < blocks.TotalBlocks; tile++)
        {
            int elements = blocks.ElementsOf(tile / blocks.BlockColumns, tile % blocks.BlockColumns);
            tiles.TaylorScore[tile] /= elements;
            tiles.MagnitudeScore[tile] /= elements;
        }

        return tiles;
    }

    /// <summary>Tiles from the least score to the greatest; equal scores fall in the order of rows, columns.</summary>
    public static int[] Ascending(double[] scores) => [.. Enumerable.Range(0, scores.Length).OrderBy(tile => scores[tile])];

    /// <summary>Tiles that stay when a fraction is pruned: int((1 − amount) · tiles).</summary>
    /// <remarks>The code multiplies by an integer tensor, which computes in float32; so does this.</remarks>
    public static int KeptAt(double amount, int tiles) => amount <= 0 ? tiles : (int)((float)(1 - amount) * tiles);

    /// <summary>The mask that keeps the highest scores.</summary>
    public static BlockMask MaskAt(double amount, double[] scores, BlockMask blocks)
    {
        var mask = blocks.Clone();
        foreach (int tile in Ascending(scores).Take(scores.Length - KeptAt(amount, scores.Length)))
        {
            mask[tile / blocks.BlockColumns, tile % blocks.BlockColumns] = false;
        }

        return mask;
    }
}
