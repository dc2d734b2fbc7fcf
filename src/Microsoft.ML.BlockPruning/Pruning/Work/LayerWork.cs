using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Work;

/// <summary>What parts of a network take, in multiply-adds of a float32 product.</summary>
internal static class LayerWork
{
    /// <summary>Forward and backward in a pass over the network, beside forward alone.</summary>
    public const double Backward = 3;

    /// <summary>Training one layer beside forward alone: small batches, the loss, mixed precision, the optimizer's step.</summary>
    public const double Training = 12;

    // A float64 multiply-add takes two lanes, and a factorisation's run at about half the rate of a product's.
    private const double Float64 = 2;
    private const double Factorisation = 4;

    /// <summary>One image forward through a step.</summary>
    public static double Forward(StepSpec step) => step.Linears.Sum(Forward)
        + (step is BranchSpec branch ? (double)branch.Middle.MultiplyAdds(branch.First.Tokens) : 0);

    /// <summary>One image forward through a linear layer.</summary>
    public static double Forward(LinearSpec linear) => (double)linear.Tokens * linear.Elements;

    /// <summary>One image's share of a layer's second moments: of its inputs in each row group, and of its targets with them.</summary>
    public static double Moments(LinearSpec linear) =>
        linear.Tokens * ((linear.RowGroups * (double)linear.InFeatures * linear.InFeatures) + linear.Elements);

    /// <summary>Rating one row strip by <c>ObsPath</c>: i³/6 multiply-adds in float64 for i inputs.</summary>
    public static double Rating(PrunableLayer layer) => Float64 * Cube(layer.Weights.InFeatures) / 6;

    /// <summary>What comes before the first strip of a row group is rated: the inverse of its input covariance.</summary>
    public static double Inverse(PrunableLayer layer) => Factorisation * Cube(layer.Weights.InFeatures);

    /// <summary>Solving each row strip for the weights that are kept: a solve for each of its rows, and a factorisation.</summary>
    /// <param name="mask">The layer's. Strips that keep the same columns share a factorisation.</param>
    public static IEnumerable<double> Solves(BlockMask mask)
    {
        var factorised = new HashSet<string>(StringComparer.Ordinal);
        for (int strip = 0; strip < mask.BlockRows; strip++)
        {
            double kept = 1;
            char[] columns = new char[mask.BlockColumns];
            for (int column = 0; column < mask.BlockColumns; column++)
            {
                columns[column] = mask[strip, column] ? '1' : '0';
                kept += mask[strip, column] ? mask.WidthOf(column) : 0;
            }

            yield return (Float64 * 2 * kept * kept * mask.HeightOf(strip))
                + (factorised.Add(new string(columns)) ? Factorisation * Cube(kept) / 3 : 0);
        }
    }

    private static double Cube(double side) => side * side * side;
}
