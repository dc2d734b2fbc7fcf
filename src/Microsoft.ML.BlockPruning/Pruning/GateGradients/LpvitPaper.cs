using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Pruning.Criteria;

namespace Microsoft.ML.BlockPruning.Pruning.GateGradients;

/// <summary>LPViT (ECCV 2024) as the paper means it: output distortion from a Fisher of single images, one price for all layers.</summary>
/// <remarks>
/// <para>
/// With s[n, k] the gate gradients of vᵀ f(x_n), v ~ N(0, I) over the classes, E (Σ s)² is the squared change of the logits, the paper's
/// distortion. Blocks of a layer go in the order of mean_n s[n, k]², and the curve is that of all blocks gone so far together:
/// <code>
/// δ_l(j) = ½ mean_n ( Σ_{k ≤ j} s[n, k] )²
/// </code>
/// Layers are independent of each other (the paper's assumption 1). The importance of a block is the slope of the curve's lower convex
/// hull there, times the weights of the block; a hull needs no smoothing, no numeric derivative and no matching of slopes.
/// </para>
/// <para>
/// Power. The paper's energy is a constant times the multiply-adds of the surviving tiles, and stationarity with the right sign is
/// δ_l′ = λ · (multiply-adds)′ + λ_p · (energy)′: more cost, more pruning. Both prices are proportional, so
/// <see cref="FlopsCostModel"/> is that term and nothing is to be added.
/// </para>
/// The paper's damping κ = 1e-7 only breaks ties and is left out. Cost: images · blocks, and a sort.
/// </remarks>
internal static class LpvitPaper
{
    /// <summary>Rates the blocks of one layer.</summary>
    /// <param name="gradients">Of the output-distortion loss; with several draws of v per image, one row for each.</param>
    public static LayerImportances Rate(LayerGateGradients gradients)
    {
        var blocks = gradients.Blocks;
        double[] squares = gradients.MeanSquares();
        int[] order = [.. Enumerable.Range(0, squares.Length).OrderBy(block => squares[block])];
        double[] removed = new double[gradients.Images]; // Σ s over the blocks gone so far
        double[] errors = new double[order.Length];
        int[] sizes = [.. order.Select(block => blocks.ElementsOf(block / blocks.BlockColumns, block % blocks.BlockColumns))];
        double before = 0;
        for (int j = 0; j < order.Length; j++)
        {
            double distortion = 0;
            for (int image = 0; image < removed.Length; image++)
            {
                removed[image] += gradients.Values[(image * order.Length) + order[j]];
                distortion += removed[image] * removed[image] / (2 * removed.Length);
            }

            errors[j] = distortion - before;
            before = distortion;
        }

        double[] slopes = LowerHull.Slopes(errors, sizes);
        var importances = new LayerImportances(gradients.LayerName, blocks);
        for (int j = 0; j < order.Length; j++)
        {
            importances[order[j] / blocks.BlockColumns, order[j] % blocks.BlockColumns] = slopes[j] * sizes[j];
        }

        return importances;
    }
}
