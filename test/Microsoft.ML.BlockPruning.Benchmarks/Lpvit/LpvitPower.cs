using Microsoft.ML.BlockPruning.Pruning.GateGradients;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Lpvit;

/// <summary>The power term of LPViT's public code: a line added to every layer's curve.</summary>
/// <remarks>
/// <code>
/// pow_l(α) = α · (out · in) / (b_o · b_i) · ⌊in / 16⌋
/// λ_p      = mean over layers of max δ_l′ / mean over layers of max pow_l′      (derivatives with h = 10)
/// δ_l      ← δ_l + λ_p pow_l
/// </code>
/// Kept as it is: α is the pruned fraction, so power rises with pruning and costly layers are pruned less, and the inputs count twice,
/// which makes fc2 four times fc1 at the same multiply-adds. <see cref="LpvitPaper"/> has the right sign. 16 is presumably the width of
/// the paper's processing element. Source: LPViT (ECCV 2024), eq. 7 and 8, and <c>recalc_lamda_power</c>. Cost: one pass over the curves.
/// </remarks>
internal static class LpvitPower
{
    private const int ElementWidth = 16;
    private const int DerivativeStep = 10;

    /// <summary>pow_l′, the same at every α.</summary>
    public static double SlopeOf(BlockMask blocks)
    {
        double tiles = (double)blocks.Rows * blocks.Columns / (blocks.Shape.Height * blocks.Shape.Width);
        return tiles * (blocks.Columns / ElementWidth);
    }

    /// <summary>The curves with the term.</summary>
    /// <param name="curves">One per layer, smoothed; not changed.</param>
    /// <param name="layers">The block grids, in the same order.</param>
    /// <exception cref="ArgumentException">No layer has 16 inputs, so the term is zero everywhere.</exception>
    public static IReadOnlyList<double[]> AddTo(IReadOnlyList<double[]> curves, IReadOnlyList<BlockMask> layers)
    {
        double[][] powers = [.. layers.Select(blocks =>
            Enumerable.Range(0, LpvitCurve.Points).Select(d => LpvitCurve.AmountAt(d) * SlopeOf(blocks)).ToArray())];
        double steepestPower = MeanSteepest(powers);
        if (steepestPower == 0)
        {
            throw new ArgumentException($"The power term is zero: it needs a layer of at least {ElementWidth} inputs.", nameof(layers));
        }

        double factor = MeanSteepest(curves) / steepestPower;
        return [.. curves.Zip(powers, (curve, power) => curve.Zip(power, (distortion, cost) => distortion + (factor * cost)).ToArray())];
    }

    private static double MeanSteepest(IEnumerable<double[]> curves) =>
        curves.Average(curve => LpvitDerivative.Of(curve, DerivativeStep).Max());
}
